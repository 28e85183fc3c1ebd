select {{ var('days') }}, {{ env_var('HOME_OF') }}
