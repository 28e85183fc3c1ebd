{{ config(schema='  mart  ', alias='  odd  ') }}select 2 as id
