

select * from "materialize"."public"."orders_table"