select '{{ model.depends_on.macros }}' as x
