
select id from "materialize"."public"."m" having count(*) < 3 and True
