
    
    



with __dbt__cte__items_v1 as (

select 1 as id, 'a' as name
) select id
from __dbt__cte__items_v1
where id is null


