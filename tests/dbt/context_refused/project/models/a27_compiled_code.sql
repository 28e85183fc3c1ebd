select '{{ compiled_code }}' as x
