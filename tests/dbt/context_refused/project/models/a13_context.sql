select '{{ context }}' as x
