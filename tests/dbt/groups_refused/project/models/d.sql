{{ config(group='finn') }} select 1 as id
