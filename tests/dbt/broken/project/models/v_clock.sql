select '{{ modules.datetime.datetime.now() }}' as at
