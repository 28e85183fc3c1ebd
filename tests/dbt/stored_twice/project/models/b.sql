{{ config(schema='audits', alias='made') }} select 1 as id
