select '{{ toyaml }}' as x
