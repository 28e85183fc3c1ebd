

select id /* "materialize"."public_x"."al" (select * from "materialize"."public"."a" where 1=1) dbt_subquery x ERROR al
count(*) None table ['of_macro'] */ from (select * from "materialize"."public"."a" where 1=1) dbt_subquery where false
