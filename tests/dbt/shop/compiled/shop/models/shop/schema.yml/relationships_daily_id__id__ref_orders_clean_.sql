
    
    

with child as (
    select id as from_field
    from "materialize"."public_shop"."daily"
    where id is not null
),

parent as (
    select id as to_field
    from "materialize"."public_raw"."orders_clean"
)

select
    from_field

from child
left join parent
    on child.from_field = parent.to_field

where parent.to_field is null


