
select * from (select * from "materialize"."public"."orders" where id > 2) dbt_subquery where not (id > 1)
