

select id from (select * from "materialize"."public"."orders" where id > 3) dbt_subquery where id % 2 = 1
