{{ config(indexes=[{'columns': ['customer_id'], 'cluster': 'compute'}]) }}
select order_id, customer_id, status, cents from {{ ref('clean') }} where customer_id is not null
