
select * from "materialize"."public"."last" where not (id < 9)
