
    
    



select other
from "materialize"."public"."daily_wider"
where other is null


