
select 1 as x from "materialize"."public_shop"."daily" where amount < 0