select * from {{ ref('a_orders_clean') }}
