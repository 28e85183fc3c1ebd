/* What the role of a session may do, as far as it is asked. */
#ifndef DEPLOY_RIGHTS_H
#define DEPLOY_RIGHTS_H

#include "cutover/catalog.h"
#include "cutover/pg.h"

typedef struct Rights {
    bool all;           /* a superuser, or nothing is checked */
    StrVec roles;       /* our own and those it is a member of: what they own and may do, we do */
    bool make_clusters; /* CREATECLUSTER */
    StrVec databases;   /* in which schemas may be made */
} Rights;

bool rights_read(Pg *pg, Arena *arena, const Catalog *catalog, int64_t timeout_ms, Rights *rights,
                 Err *err);

/* A thing of OWNER with GRANTS may be used as PRIVILEGE says. */
bool rights_allow(const Rights *rights, const char *owner, const CatalogGrants *grants,
                  const char *privilege);

/* Owned by us: what is needed to rename, swap and drop. */
bool rights_own(const Rights *rights, const char *owner);

#endif
