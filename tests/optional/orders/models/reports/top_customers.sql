select s.customer_id, c.name, s.cents
from {{ ref('spend') }} s
join {{ ref('customers') }} c on c.customer_id = s.customer_id
