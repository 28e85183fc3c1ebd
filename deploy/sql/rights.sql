SELECT
    d.name AS database,
    has_database_privilege(current_user, d.name, 'CREATE') AS create_schemas,
    has_system_privilege(current_user, 'CREATECLUSTER') AS make_clusters
FROM mz_catalog.mz_databases d
