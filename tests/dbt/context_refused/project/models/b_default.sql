select '{{ invocation_id | default('none') }}' as x
