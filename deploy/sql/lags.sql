SELECT object_id, extract(epoch FROM lag) AS seconds
FROM mz_internal.mz_wallclock_global_lag
WHERE object_id LIKE 'u%'
