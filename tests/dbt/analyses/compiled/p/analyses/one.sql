
with __dbt__cte__e as (
 select 2 as id
) select * from "materialize"."public"."a" join __dbt__cte__e on true -- "materialize"."public"."one" view analysis ['p', 'analysis', 'one'] public