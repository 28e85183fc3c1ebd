
select '12@db.example.com:6875' as mine, 1 as threads,
    '' as nothing, True as hidden,
    1 as retries, 0 as idle, True as plain, False as known
