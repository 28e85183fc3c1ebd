select 1 as id {{ config.get('unique_key', 'dflt') }} {{ config.get('alias', 'dflt') }} {{ config.get('lookback', 'dflt') }} {{ config.get('cluster', 'dflt') }}
{{ config.get('grants', 'd') }} {{ config.get('docs') }} {{ config.get('contract') }} {{ config.get('contract').enforced }} {{ config.get('on_schema_change') }}
{{ config.get('access','d') }} {{ config.get('pre-hook', 'd') }} {{ config.get('pre_hook','d') }} {{ config.get('event_time') }} {{ config.get('materialized') }}
{{ config.get('packages') }} {{ config.get('quoting') }} {{ config.get('group','d') }} {{ config.require('schema') }} {{ config.get('freshness') }}
