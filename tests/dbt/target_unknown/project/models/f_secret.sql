select '{{ target.sslmode }}' as name
