select '{{ target.host | default('here') }}' as name
