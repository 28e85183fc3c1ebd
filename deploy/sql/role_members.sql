SELECT r.name AS role, m.name AS member
FROM mz_catalog.mz_role_members x
JOIN mz_catalog.mz_roles r ON r.id = x.role_id
JOIN mz_catalog.mz_roles m ON m.id = x.member
