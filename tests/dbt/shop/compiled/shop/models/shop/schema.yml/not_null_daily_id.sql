
    
    



select id
from (select * from "materialize"."public_shop"."daily" where amount > 0) dbt_subquery
where id is null


