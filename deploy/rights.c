#include "rights.h"

#include "deploy_sql.h"

#include "cutover/str.h"

static bool is_true(const char *value)
{
    return str_eq(value, "t");
}

bool rights_read(Pg *pg, Arena *arena, const Catalog *catalog, int64_t timeout_ms, Rights *rights,
                 Err *err)
{
    PgResult rows = {0};
    *rights = (Rights){.all = catalog->superuser || !catalog->rbac};
    if (rights->all) {
        return true;
    }
    rights->roles = catalog->member_of;
    if (!pg_query(pg, arena, sql_rights, NULL, timeout_ms, &rows, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.rows.count; i++) {
        rights->make_clusters = is_true(pg_value(&rows, i, "make_clusters"));
        if (is_true(pg_value(&rows, i, "create_schemas"))) {
            vec_push(arena, &rights->databases, pg_value(&rows, i, "database"));
        }
    }
    return true;
}

bool rights_own(const Rights *rights, const char *owner)
{
    return rights->all || str_in(&rights->roles, owner);
}

bool rights_allow(const Rights *rights, const char *owner, const CatalogGrants *grants,
                  const char *privilege)
{
    if (rights_own(rights, owner)) {
        return true;
    }
    vec_each (CatalogGrant, it, grants) {
        bool ours = str_eq(it->grantee, "PUBLIC") || str_in(&rights->roles, it->grantee);
        if (ours && str_eq(it->privilege, privilege)) {
            return true;
        }
    }
    return false;
}
