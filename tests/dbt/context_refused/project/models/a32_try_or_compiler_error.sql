select '{{ try_or_compiler_error }}' as x
