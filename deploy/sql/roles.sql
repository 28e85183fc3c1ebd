SELECT id, name FROM mz_catalog.mz_roles
