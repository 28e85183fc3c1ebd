{{ config(access='private', group='fin') }} select 1 as id
