
    
    

with  __dbt__cte__items_v1 as (

select 1 as id, 'a' as name
), child as (
    select id as from_field
    from "materialize"."public"."daily_wider"
    where id is not null
),

parent as (
    select id as to_field
    from __dbt__cte__items_v1
)

select
    from_field

from child
left join parent
    on child.from_field = parent.to_field

where parent.to_field is null


