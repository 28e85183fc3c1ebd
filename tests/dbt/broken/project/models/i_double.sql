{{ config(alias='a_orders_clean') }}
select 1
