select {{ ref('a_orders_clean' }}
