SELECT max(id) AS id FROM mz_catalog.mz_audit_events
