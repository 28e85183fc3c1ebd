SELECT count(*)
FROM (
    (SELECT name, position, type, type_mod FROM mz_catalog.mz_columns WHERE id = $1
     EXCEPT ALL
     SELECT name, position, type, type_mod FROM mz_catalog.mz_columns WHERE id = $2)
    UNION ALL
    (SELECT name, position, type, type_mod FROM mz_catalog.mz_columns WHERE id = $2
     EXCEPT ALL
     SELECT name, position, type, type_mod FROM mz_catalog.mz_columns WHERE id = $1)
) AS differing
