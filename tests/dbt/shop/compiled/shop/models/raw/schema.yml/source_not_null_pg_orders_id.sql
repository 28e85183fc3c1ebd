
    
    



select id
from "materialize"."public_pg"."orders"
where id is null


