
    
    



select id
from "materialize"."public"."a"
where id is null


