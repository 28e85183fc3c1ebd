select o.* from {{ ref('orders_clean') }} o join {{ ref('statuses') }} s on s.status = o.status where s.open
