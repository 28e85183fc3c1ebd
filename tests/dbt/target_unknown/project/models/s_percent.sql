select '{{ '%s' % target }}' as name
