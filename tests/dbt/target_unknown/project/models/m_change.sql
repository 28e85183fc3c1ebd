{% do target.update(user='me') %}select '{{ target.user }}' as name
