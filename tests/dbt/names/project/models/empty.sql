{{ config(schema='', alias='') }}select 4 as id
