select '{{ context_macro_stack }}' as x
