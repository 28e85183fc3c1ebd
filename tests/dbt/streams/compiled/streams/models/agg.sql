
with mutually recursive x(id int) as (select 1)
select id, count(*) as agg_id_idx1 from "materialize"."public"."orders" group by id;