{% if target.user == '12' and target.port + 1 == 6876 %}
select '{{ target.get('user', 'nobody') }}@{{ target['host'] }}:{{ target.port }}' as mine, {{ target.threads }} as threads,
    '{{ target.pass }}{{ target.password }}{{ target.nonsense }}' as nothing, {{ target.get('pass') is none }} as hidden,
    {{ target.retries }} as retries, {{ target.keepalives_idle }} as idle, {{ target.sslmode is none }} as plain, {{ target.nonsense is defined }} as known
{% else %}
select 'another branch' as mine
{% endif %}
