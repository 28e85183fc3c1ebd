


with __dbt__cte__plainly as (

select id from "materialize"."public"."orders"
) select 'renamed' as name, id from __dbt__cte__plainly
