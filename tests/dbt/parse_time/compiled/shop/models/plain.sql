
select id from "materialize"."public"."orders"