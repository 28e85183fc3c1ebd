
    
    

select
    "Odd Name" as unique_field,
    count(*) as n_records

from "materialize"."public"."m"
where "Odd Name" is not null
group by "Odd Name"
having count(*) > 1


