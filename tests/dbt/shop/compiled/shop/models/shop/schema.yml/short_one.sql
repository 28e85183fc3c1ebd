
    
    

with all_values as (

    select
        state as value_field,
        count(*) as n_records

    from "materialize"."public_shop"."daily"
    group by state

)

select *
from all_values
where value_field not in (
    1,2
)


