
    
    

select
    id as unique_field,
    count(*) as n_records

from 
  (select * from "materialize"."public"."a" where id >= 0) recent
where id is not null
group by id
having count(*) > 1


