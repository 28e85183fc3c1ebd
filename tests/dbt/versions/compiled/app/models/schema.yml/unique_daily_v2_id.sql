
    
    

select
    id as unique_field,
    count(*) as n_records

from "materialize"."public"."daily_v2"
where id is not null
group by id
having count(*) > 1


