
    
    



select *
from "dbx"."public_model"."x_a"
where id is null


