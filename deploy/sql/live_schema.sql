SELECT name FROM mz_catalog.mz_schemas WHERE name = $1
