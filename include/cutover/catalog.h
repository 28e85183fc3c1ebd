/*
 * The actual state: what exists in Materialize, read in one transaction by deploy/ (or made by a test).
 * Ids are unique within their kind only: always compare kind and id.
 */
#ifndef CUTOVER_CATALOG_H
#define CUTOVER_CATALOG_H

#include "cutover/map.h"
#include "cutover/moment.h"
#include "cutover/relname.h"
#include "cutover/vec.h"

/* One grant: "u1" may do SELECT, given by "u2". */
typedef struct CatalogGrant {
    const char *grantee_id; /* "p" = PUBLIC */
    const char *grantee;    /* role name; "PUBLIC" */
    const char *privilege;  /* "SELECT" */
} CatalogGrant;

typedef VEC(CatalogGrant) CatalogGrants;

typedef struct CatalogSchema {
    const char *id, *database, *name;
    const char *owner; /* role name */
    const char *comment;
    CatalogGrants grants;
} CatalogSchema;

typedef struct CatalogReplica {
    const char *id, *name, *size;
    bool pending;           /* not one of the steady ones: pending or burst */
    int64_t processes;      /* of its size */
    int64_t online;         /* processes whose last status is online */
    bool oom;               /* last seen oom-killed */
    int64_t recent_ooms;    /* oom-killed in the last hour */
    Moment last_offline_at; /* newest offline row of the status history; 0 = none */
} CatalogReplica;

typedef struct CatalogCluster {
    const char *id, *name, *owner, *comment;
    bool managed;
    const char *size; /* NULL when unmanaged */
    int64_t replication_factor;
    double credits_per_hour; /* of one replica */
    bool reconfiguring;
    bool scheduled;      /* its replicas come and go with REFRESH (SCHEDULE = ON REFRESH) */
    bool scaled;         /* has an AUTO SCALING STRATEGY */
    const char *options; /* the others, as SQL writes them, in one order; NULL when unmanaged */
    CatalogGrants grants;
    VEC(CatalogReplica) replicas;
} CatalogCluster;

/* The options of a cluster that nobody gave any. */
#define CLUSTER_OPTIONS_USUAL "INTROSPECTION INTERVAL = '00:00:01', INTROSPECTION DEBUGGING = false"

typedef struct CatalogColumnComment {
    const char *column, *text;
} CatalogColumnComment;

typedef struct CatalogObject {
    const char *id;
    const char
        *kind;   /* as mz_objects.type: table, source, view, materialized-view, sink, index, ... */
    RelName rel; /* an index lies in its relation's schema */
    const char *owner;
    const char *cluster_id;  /* NULL = none */
    const char *on_id;       /* index: its relation */
    const char *source_type; /* source: load-generator, subsource, progress ...; else NULL */
    const char *comment;
    const char *
        options; /* that can be altered, as SQL writes them; "": the usual ones; NULL: none, or not known */
    VEC(CatalogColumnComment) column_comments;
    CatalogGrants grants;
    StrVec reads; /* ids of the objects it depends on directly (no indexes) */
    VEC(const char *)
    columns; /* "name type" in order, of relations in schemas that were asked for */
} CatalogObject;

typedef struct CatalogHydration {
    const char *object_id, *replica_id; /* replica_id NULL: not reported yet */
    bool hydrated;
} CatalogHydration;

typedef struct CatalogLag {
    const char *object_id;
    bool known;  /* false: the row's lag is NULL */
    int64_t lag; /* microseconds */
} CatalogLag;

typedef struct CatalogErrors {
    const char *object_id;
    int64_t count;
} CatalogErrors;

typedef struct
    CatalogDefault { /* a default privilege of a schema (or of a database, schema NULL) */
    const char *database, *schema; /* NULL: not bound to one */
    const char *owner;             /* role whose new objects it concerns; "ALL ROLES" */
    const char *object_type, *grantee, *privilege;
} CatalogDefault;

typedef struct CatalogCreation { /* mz_audit_events: something was created, by anybody */
    int64_t event;
    const char *kind; /* schema, cluster, or as mz_objects.type */
    const char *id, *name, *user;
    Moment at;
} CatalogCreation;

typedef struct CatalogReader { /* a running SUBSCRIBE */
    const char *cluster_id, *role;
    StrVec object_ids;
} CatalogReader;

typedef struct CatalogSize {
    const char *size;
    double credits_per_hour;
} CatalogSize;

typedef struct Catalog {
    Moment now;           /* the server's, in this transaction */
    const char *version;  /* "v26.37.0" */
    const char *role;     /* ours */
    const char *database; /* the connection's: where record and markers lie */
    bool superuser, rbac;
    StrVec member_of;     /* our own role and those that it is a member of, at whatever depth */
    Moment started_at;    /* of the server */
    int64_t newest_event; /* of mz_audit_events */
    StrVec databases, roles;
    VEC(CatalogSchema) schemas;
    VEC(CatalogCluster) clusters;
    VEC(CatalogObject) objects; /* user objects */
    VEC(CatalogHydration) hydration;
    VEC(CatalogLag) lags;
    VEC(CatalogErrors) errors;
    VEC(CatalogDefault) defaults;
    VEC(CatalogCreation) creations; /* newer than what was asked for */
    VEC(CatalogReader) readers;
    VEC(CatalogSize) sizes;
    /* indexes over the above, filled by catalog_seal() */
    Map schema_by_name, cluster_by_name, cluster_by_id, object_by_id, object_by_name, index_by_name;
} Catalog;

void catalog_seal(Arena *arena, Catalog *catalog);

/* All NULL when there is none. catalog_object() answers whatever bears the name, an index too, since a
 * schema has one set of names; catalog_index() only an index. */
const CatalogSchema *catalog_schema(const Catalog *catalog, const char *database, const char *name);
const CatalogSchema *catalog_schema_by_id(const Catalog *catalog, const char *id);
const CatalogCluster *catalog_cluster(const Catalog *catalog, const char *name);
const CatalogCluster *catalog_cluster_by_id(const Catalog *catalog, const char *id);
const CatalogObject *catalog_object(const Catalog *catalog, RelName rel);
const CatalogObject *catalog_index(const Catalog *catalog, RelName rel);
const CatalogObject *catalog_object_by_id(const Catalog *catalog, const char *id);

/* Kinds of what holds objects. */
const char *container_kind(bool is_cluster);
bool is_container(const char *kind);

/* "materialized view" of "materialized-view", as people write it, and "MATERIALIZED VIEW", as a statement does; of ARENA. */
char *kind_text(Arena *arena, const char *kind);
char *kind_sql(Arena *arena, const char *kind);

/* OBJECT lies in the schema, or on the cluster, of this KIND and ID. */
bool catalog_lies_in(const Catalog *catalog, const CatalogObject *object, const char *kind,
                     const char *id);

/* What may be owned and used: a schema, a cluster, a relation. */
typedef struct CatalogPlace {
    const char *kind, *id,
        *owner;  /* kind: schema, cluster, or as mz_objects.type; NULL: it is gone */
    RelName rel; /* of a schema its database and name, of a cluster its name alone */
    const CatalogGrants *grants;
} CatalogPlace;

/* Of NULL: nothing. What they point to lives as long as the catalog. */
CatalogPlace catalog_schema_place(const CatalogSchema *schema);
CatalogPlace catalog_cluster_place(const CatalogCluster *cluster);
CatalogPlace catalog_object_place(const CatalogObject *object);

/* Its full name in SQL; of ARENA. */
char *catalog_place_sql(Arena *arena, const CatalogPlace *place);

/* What has the KIND and ID. */
CatalogPlace catalog_place(const Catalog *catalog, const char *kind, const char *id);

/* The rights on that, to be changed; NULL: it is gone. */
CatalogGrants *catalog_grants(Catalog *catalog, const char *kind, const char *id);

/* The role that owns the KIND with this ID; NULL: there is none, or it is an index, which belongs to whoever owns its
 * relation. */
const char *catalog_owner(const Catalog *catalog, const char *kind, const char *id);

/* What OWNER has is ours to rename, swap, alter and drop, as far as the server asks: rights are not checked, or we are a
 * superuser or a member of that role. NULL: it asks for nothing. */
bool catalog_owns(const Catalog *catalog, const char *owner);

/* The options of the KIND with this ID: a cluster's beside its shape, how much history a relation or index retains.
 * NULL: it has none, or they are not known. */
const char *catalog_options(const Catalog *catalog, const char *kind, const char *id);

/* What one replica of SIZE (NULL: none) costs, credits an hour; 0: not known. */
double catalog_credits(const Catalog *catalog, const char *size);

/* The id of the KIND (schema, cluster, or as mz_objects.type) that bears NAME, or NULL. SCHEMA is where a relation or
 * an index lies. */
const char *catalog_id_at(const Catalog *catalog, const char *kind, const char *database,
                          const char *schema, const char *name);

/* Whether a default privilege gives GRANTEE the PRIVILEGE on what is made in the schema of REL. */
bool catalog_gives_by_default(const Catalog *catalog, RelName rel, const char *privilege,
                              const char *grantee);

/* Whether GRANTEE may do PRIVILEGE on OBJECT: by a grant, or as its owner. */
bool catalog_allows(const CatalogObject *object, const char *grantee, const char *privilege);

/* The comment on COLUMN of OBJECT, or on the object itself (NULL); NULL: none. */
const char *catalog_comment(const CatalogObject *object, const char *column);

#endif
