select order_id from {{ ref('orders_clean') }}
except
select order_id from {{ ref('all_slices') }}
