{{ config(schema=7, alias={'a': 1}, docs={'show': 'yes'}, grants=true) }} select 1 as id
