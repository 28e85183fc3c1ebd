SELECT
    now() AS now,
    now() - mz_uptime() AS started_at,
    mz_version() AS version,
    current_user AS role,
    mz_is_superuser() AS superuser
