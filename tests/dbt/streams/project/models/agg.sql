{{ config(refresh_interval={'at_creation': True, 'every': '1 day', 'aligned_to': '2024-01-01'}, partition_by=['id'], retain_history='1hr') }}
with mutually recursive x(id int) as (select 1)
select id, count(*) as agg_id_idx1 from {{ ref('stg__orders') }} group by id;
