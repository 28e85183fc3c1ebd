
    
    



select a_column_with_a_very_long_name_indeed_to_force_a_hash
from "materialize"."public_shop"."plain"
where a_column_with_a_very_long_name_indeed_to_force_a_hash is null


