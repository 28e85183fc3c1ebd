select '{{ dbt_metadata_envs }}' as x
