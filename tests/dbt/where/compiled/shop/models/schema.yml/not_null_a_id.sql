
    
    



select id
from 
  (select * from "materialize"."public"."a" where id >= 0 and id > 0) recent
where id is null


