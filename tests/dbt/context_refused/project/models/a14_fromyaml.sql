select '{{ fromyaml }}' as x
