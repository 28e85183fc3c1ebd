select '{{ model.get('sources') }}' as x
