
select * from "materialize"."public"."orders" where not (id > 4)
