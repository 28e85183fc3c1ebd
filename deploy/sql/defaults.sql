SELECT database, schema, object_owner, object_type, grantee, privilege_type
FROM mz_internal.mz_show_default_privileges
