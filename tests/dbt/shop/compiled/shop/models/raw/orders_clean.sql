
-- "materialize"."public"."countries"
select id, state, amount
from "materialize"."public_pg"."orders"

where at > now() - interval '7 days'
