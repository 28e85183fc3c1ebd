{{ config(
    materialized='view',
    post_hook="{% if target.name == 'prod' %}create index if not exists orders_customer_idx in cluster serving on {{ source('raw', 'orders') }} (customer_id){% endif %}"
) }}

select
    id as order_id,
    customer_id,
    lower(trim(status)) as status,
    ordered_at
from {{ source('raw', 'orders') }}
where customer_id is not null
