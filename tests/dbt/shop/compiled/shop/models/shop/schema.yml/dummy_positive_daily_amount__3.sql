
select * from "materialize"."public_shop"."daily" where amount <= 3
