{{ config(materialized='table') }}
select customer_id, sum(cents) as cents from {{ ref('orders_clean') }} group by customer_id
