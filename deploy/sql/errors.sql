SELECT object_id, max(e.count) AS count
FROM mz_internal.mz_compute_error_counts_raw_unified e
WHERE object_id LIKE 'u%'
GROUP BY object_id
