{{ config(schema='2024', alias='year') }}select 3 as id
