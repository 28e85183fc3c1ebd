
select 'public' as s, 1 as n from "materialize"."public"."changes"