
select * from "materialize"."public_raw"."orders_clean"