select '{{ store_raw_result }}' as x
