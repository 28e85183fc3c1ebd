{{ config(enabled=var('nope', false)) }}
select {{ undefined_macro() }}
