{{ config(database='archive', schema='été', alias='Naïve Name') }}select 5 as id
