SELECT name FROM mz_catalog.mz_databases ORDER BY name
