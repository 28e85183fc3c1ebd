select '{{ post_hooks }}' as x
