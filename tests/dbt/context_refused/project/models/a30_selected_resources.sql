select '{{ selected_resources }}' as x
