
select id from (select * from "materialize"."public"."m" where x = 'g') dbt_subquery having count(*) < g and False
