
    
    



select id
from "materialize".public_daily.orders
where id is null


