{{ config(when=var('day'), meta={'x': var('t')}) }}
{% for n in ['day','t','tz','tp','tn','l','neg'] %}
{% set v = var(n) %}{{ v }} {{ v is string }} {{ v == v ~ '' }} {{ v.year }} {{ v.hour }}  {{ [v] }} {{ v.isoformat() if v is not iterable }} {{ v.strftime('%Y %z|%Z') if v is not iterable }}
{% endfor %}   {{ config.get('when') }} {{ config.get('when') is string }} {{ model.config.meta }} {{ config.get('meta') }} {{ {var('day'): 1} }} {{ var('day') is iterable}} {{ var('day') is number }} {{ var('day') in var('l') }}
{{ var('day') < var('day2') }} {{ var('tp') == var('tq') }} {{ var('t') == var('tz') }} {{ var('tp') > var('neg') }} {{ [var('day2'), var('day')] | sort }} {{ var('day') ~ 'x' }} {{ var('day').weekday() }} {{ var('tp').date() }} {{ var('day') == '2024-01-05' }} {{ var('tp').strftime('%Y-%m-%d %H:%M %z|%Z') }}
{{ model.columns.id.meta }}
