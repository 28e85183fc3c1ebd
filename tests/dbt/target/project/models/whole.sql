-- {{ target }}
-- {{ target | tojson }}
-- {% for key, value in target.items() %}{{ key }}={{ value is string }} {% endfor %}
select 1 as id
