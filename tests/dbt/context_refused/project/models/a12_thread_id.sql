select '{{ thread_id }}' as x
