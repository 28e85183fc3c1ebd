select '{{ invocation_id }}' as x
