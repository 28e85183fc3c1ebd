select '{{ run_started_at }}' as x
