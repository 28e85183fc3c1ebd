select '{{ diff_of_two_dicts }}' as x
