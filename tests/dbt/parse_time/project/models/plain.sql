{{ config(materialized='ephemeral', alias='plainly') }}
select id from {{ source('raw', 'orders') }}
