{{ config(contract={'enforced': false}, docs={'show': false, 'other': 1}, meta={'x': 1}, dbname='other', cluster=none) }}
select 1 as id {{ config.get('contract') }} {{ config.get('docs') }} {{ config.get('post-hook') }} {{ config.get('post_hook') }} 
{{ config.meta_get('x', 2) }} {{ config.meta_get('y', 2) }} {{ config.meta_require('x') }} {{ config.get('x', 'd') }} {{ config.get('database') }} {{ this }} {{ config.get('cluster', 'd') }}
