{{ config(schema='mine', alias='one_alias', store_failures=true) }}
select 1 {{ this }} {{ model.schema }} {{ model.alias }} {{ schema }} {{ database }} {{ config.get('schema') }} where false
