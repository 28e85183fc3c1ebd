
    
    

select
    code as unique_field,
    count(*) as n_records

from "materialize"."public"."countries"
where code is not null
group by code
having count(*) > 1


