#include "cutover/snapshot.h"

#include "cutover/statement.h"
#include "cutover/statement_options.h"
#include "cutover/str.h"
#include "deploy_sql.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Load {
    Pg *pg;
    Arena *arena;
    const SnapshotRequest *request;
    int64_t timeout_ms;
    Catalog *catalog;
    Map roles; /* id to name */
    StrVec params;
    PgResult result; /* of the query under way */
} Load;

/* --- values --- */

static const char *text(const Load *load, size_t row, const char *column)
{
    return pg_value(&load->result, row, column);
}

static const char *text_or_empty(const Load *load, size_t row, const char *column)
{
    const char *value = text(load, row, column);
    return value ? value : "";
}

static int64_t number(const Load *load, size_t row, const char *column)
{
    int64_t value = 0;
    const char *digits = text(load, row, column);
    return digits && str_to_int(digits, INT64_MIN, INT64_MAX, &value) ? value : 0;
}

static double real(const Load *load, size_t row, const char *column)
{
    const char *value = text(load, row, column);
    return value ? strtod(value, NULL) : 0;
}

static bool truth(const Load *load, size_t row, const char *column)
{
    return str_eq(text(load, row, column), "t");
}

static Moment moment(const Load *load, size_t row, const char *column)
{
    Moment at = 0;
    const char *value = text(load, row, column);
    return value && moment_parse(value, &at) ? at : 0;
}

static const char *role_name(const Load *load, const char *id)
{
    if (str_empty(id) || str_eq(id, "p")) {
        return "PUBLIC";
    }
    const char *name = map_get(&load->roles, id);
    return name ? name : id;
}

static const char *privilege_name(char letter)
{
    static const struct {
        char letter;
        const char *name;
    } names[] = {{'r', "SELECT"}, {'a', "INSERT"}, {'w', "UPDATE"},
                 {'d', "DELETE"}, {'U', "USAGE"},  {'C', "CREATE"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].letter == letter) {
            return names[i].name;
        }
    }
    return NULL;
}

/* One "u1=rw/u2"; before the equals sign nothing stands for PUBLIC. */
static void add_acl(const Load *load, const char *acl, CatalogGrants *grants)
{
    const char *equals = strchr(acl, '=');
    if (!equals) {
        return;
    }
    const char *id = arena_strndup(load->arena, acl, (size_t)(equals - acl));
    for (const char *p = equals + 1; *p && *p != '/'; p++) {
        CatalogGrant grant = {*id ? id : "p", role_name(load, id), privilege_name(*p)};
        if (grant.privilege) {
            vec_push(load->arena, grants, grant);
        }
    }
}

static CatalogGrants grants(const Load *load, size_t row)
{
    CatalogGrants list = {0};
    StrVec acls = pg_array_texts(load->arena, text(load, row, "privileges"));
    vec_each (const char *, it, &acls) {
        add_acl(load, *it, &list);
    }
    return list;
}

/* --- rows --- */

static void row_session(Load *load, size_t row)
{
    const char *version = text_or_empty(load, row, "version");
    load->catalog->now = moment(load, row, "now");
    load->catalog->started_at = moment(load, row, "started_at");
    load->catalog->version = arena_strndup(load->arena, version, strcspn(version, " "));
    load->catalog->role = text(load, row, "role");
    load->catalog->superuser = truth(load, row, "superuser");
}

static void row_role(Load *load, size_t row)
{
    const char *name = text(load, row, "name");
    map_put(load->arena, &load->roles, text(load, row, "id"), name);
    vec_push(load->arena, &load->catalog->roles, name);
}

static void row_database(Load *load, size_t row)
{
    vec_push(load->arena, &load->catalog->databases, text(load, row, "name"));
}

static void row_schema(Load *load, size_t row)
{
    vec_push(load->arena, &load->catalog->schemas,
             (CatalogSchema){.id = text(load, row, "id"),
                             .database = text(load, row, "database"),
                             .name = text(load, row, "name"),
                             .owner = role_name(load, text(load, row, "owner_id")),
                             .grants = grants(load, row)});
}

static void row_size(Load *load, size_t row)
{
    vec_push(load->arena, &load->catalog->sizes,
             (CatalogSize){text(load, row, "size"), real(load, row, "credits_per_hour")});
}

static const char *options_of(const Load *load, size_t row)
{
    ClusterShown shown = {.interval = text(load, row, "introspection_interval"),
                          .debugging = truth(load, row, "introspection_debugging"),
                          .schedule = text(load, row, "schedule"),
                          .estimate = text(load, row, "estimate"),
                          .strategy = text(load, row, "strategy"),
                          .zones =
                              pg_array_texts(load->arena, text(load, row, "availability_zones")),
                          .workload = text(load, row, "workload_class"),
                          .replication_factor = number(load, row, "replication_factor"),
                          .size = text(load, row, "size")};
    return truth(load, row, "managed") ? statement_cluster_options(load->arena, &shown) : NULL;
}

static void row_cluster(Load *load, size_t row)
{
    const char *size = text(load, row, "size");
    vec_push(load->arena, &load->catalog->clusters,
             (CatalogCluster){.id = text(load, row, "id"),
                              .name = text(load, row, "name"),
                              .owner = role_name(load, text(load, row, "owner_id")),
                              .managed = truth(load, row, "managed"),
                              .size = size,
                              .replication_factor = number(load, row, "replication_factor"),
                              .credits_per_hour = catalog_credits(load->catalog, size),
                              .reconfiguring = truth(load, row, "reconfiguring"),
                              .scheduled = !str_eq(text(load, row, "schedule"), "manual"),
                              .scaled = text(load, row, "strategy") != NULL,
                              .options = options_of(load, row),
                              .grants = grants(load, row)});
}

/* Of a sink all of it; of another what settle_options() goes by. */
static const char *object_options(const Load *load, size_t row)
{
    SinkShown shown = {.type = text(load, row, "sink_type"),
                       .envelope = text(load, row, "envelope"),
                       .key_format = text(load, row, "key_format"),
                       .value_format = text(load, row, "value_format"),
                       .sql = text(load, row, "sink_sql")};
    return shown.sql ? statement_sink_options(load->arena, &shown) : text(load, row, "retention");
}

static void row_object(Load *load, size_t row)
{
    vec_push(load->arena, &load->catalog->objects,
             (CatalogObject){.id = text(load, row, "id"),
                             .kind = text(load, row, "type"),
                             .rel = {text(load, row, "database"), text(load, row, "schema"),
                                     text(load, row, "name")},
                             .owner = role_name(load, text(load, row, "owner_id")),
                             .cluster_id = text(load, row, "cluster_id"),
                             .on_id = text(load, row, "on_id"),
                             .source_type = text(load, row, "source_type"),
                             .options = object_options(load, row),
                             .grants = grants(load, row)});
}

/* From here on the catalog is sealed, and its items are found by id. */

static const char *retention_of(const Load *load, const CatalogObject *object, const char *usual)
{
    int64_t milliseconds;
    if (!object->options || str_eq(object->options, usual)) {
        return "";
    }
    return str_to_int(object->options, 0, INT64_MAX, &milliseconds)
               ? statement_retention(load->arena, milliseconds)
               : NULL;
}

/*
 * The catalog shows milliseconds for those that nobody gave any, too. What is usual may change with the server's version,
 * so it is what the record's own table has, which nobody declares; before there is that, nothing is deployed either.
 */
static void settle_options(Load *load)
{
    const Journal *journal = load->request->journal;
    const CatalogObject *log =
        catalog_object(load->catalog, (RelName){journal->database, journal->schema, "log"});
    const char *usual = log ? log->options : NULL;
    vec_each (CatalogObject, it, &load->catalog->objects) {
        bool retains = str_eq(it->kind, "table") || str_eq(it->kind, "materialized-view") ||
                       str_eq(it->kind, "index");
        it->options = str_eq(it->kind, "sink") ? it->options
                      : log && retains         ? retention_of(load, it, usual)
                                               : NULL;
    }
}

static CatalogObject *object_by_id(const Load *load, const char *id)
{
    return map_get(&load->catalog->object_by_id, id);
}

/* A replica that is not of its cluster's own size is there for a while only. */
static bool is_pending(const CatalogCluster *cluster, const CatalogReplica *replica)
{
    return (cluster->managed && !str_eq(replica->size, cluster->size)) ||
           str_ends(replica->name, "-pending");
}

static void row_replica(Load *load, size_t row)
{
    CatalogCluster *cluster = map_get(&load->catalog->cluster_by_id, text(load, row, "cluster_id"));
    CatalogReplica replica = {.id = text(load, row, "id"),
                              .name = text(load, row, "name"),
                              .size = text(load, row, "size"),
                              .processes = number(load, row, "processes"),
                              .online = number(load, row, "online"),
                              .oom = truth(load, row, "oom"),
                              .recent_ooms = number(load, row, "recent_ooms"),
                              .last_offline_at = moment(load, row, "last_offline_at")};
    if (cluster) {
        replica.pending = is_pending(cluster, &replica);
        vec_push(load->arena, &cluster->replicas, replica);
    }
}

static void row_dependency(Load *load, size_t row)
{
    CatalogObject *object = object_by_id(load, text(load, row, "object_id"));
    const char *id = text(load, row, "referenced_object_id");
    const CatalogObject *input = object_by_id(load, id);
    if (object && input && !str_eq(input->kind, "index")) {
        vec_push(load->arena, &object->reads, id);
    }
}

static void row_column(Load *load, size_t row)
{
    CatalogObject *object = object_by_id(load, text(load, row, "id"));
    if (object) {
        vec_push(load->arena, &object->columns,
                 arena_printf(load->arena, "%s %s", text_or_empty(load, row, "name"),
                              text_or_empty(load, row, "type")));
    }
}

static void comment_schema(Load *load, const char *id, const char *comment)
{
    vec_each (CatalogSchema, it, &load->catalog->schemas) {
        if (str_eq(it->id, id)) {
            it->comment = comment;
        }
    }
}

/* Ids collide across kinds, so the kind decides where to look. */
static void row_comment(Load *load, size_t row)
{
    const char *id = text(load, row, "id"), *kind = text(load, row, "object_type");
    const char *comment = text(load, row, "comment");
    if (str_eq(kind, "schema")) {
        comment_schema(load, id, comment);
        return;
    }
    CatalogCluster *cluster = map_get(&load->catalog->cluster_by_id, id);
    if (str_eq(kind, "cluster") && cluster) {
        cluster->comment = comment;
    }
    CatalogObject *object = object_by_id(load, id);
    const char *column = text(load, row, "column");
    if (!object || !str_eq(object->kind, kind)) {
        return;
    }
    if (column) {
        vec_push(load->arena, &object->column_comments, (CatalogColumnComment){column, comment});
    } else if (!text(load, row, "object_sub_id")) {
        object->comment = comment;
    }
}

static void row_hydration(Load *load, size_t row)
{
    vec_push(load->arena, &load->catalog->hydration,
             (CatalogHydration){text(load, row, "object_id"), text(load, row, "replica_id"),
                                truth(load, row, "hydrated")});
}

static void row_lag(Load *load, size_t row)
{
    vec_push(load->arena, &load->catalog->lags,
             (CatalogLag){text(load, row, "object_id"), text(load, row, "seconds") != NULL,
                          (int64_t)llround(real(load, row, "seconds") * 1e6)});
}

static void row_errors(Load *load, size_t row)
{
    vec_push(load->arena, &load->catalog->errors,
             (CatalogErrors){text(load, row, "object_id"), (int64_t)real(load, row, "count")});
}

static void row_default(Load *load, size_t row)
{
    const char *owner = text(load, row, "object_owner"), *grantee = text(load, row, "grantee");
    vec_push(load->arena, &load->catalog->defaults,
             (CatalogDefault){.database = text(load, row, "database"),
                              .schema = text(load, row, "schema"),
                              .owner = !owner || str_eq(owner, "PUBLIC") ? "ALL ROLES" : owner,
                              .object_type = text(load, row, "object_type"),
                              .grantee = grantee ? grantee : "PUBLIC",
                              .privilege = text(load, row, "privilege_type")});
}

static void row_newest_event(Load *load, size_t row)
{
    load->catalog->newest_event = number(load, row, "id");
}

static void row_creation(Load *load, size_t row)
{
    vec_push(load->arena, &load->catalog->creations,
             (CatalogCreation){number(load, row, "id"), text(load, row, "object_type"),
                               text(load, row, "object_id"), text(load, row, "name"),
                               text(load, row, "user"), moment(load, row, "occurred_at")});
}

static void row_reader(Load *load, size_t row)
{
    vec_push(
        load->arena, &load->catalog->readers,
        (CatalogReader){text(load, row, "cluster_id"), text(load, row, "role"),
                        pg_array_texts(load->arena, text(load, row, "referenced_object_ids"))});
}

/* --- the queries --- */

typedef enum Param { PARAM_NONE, PARAM_SCHEMAS, PARAM_EVENT } Param;

typedef struct Query {
    const char *sql;
    void (*row)(Load *load, size_t row);
    Param param;
} Query;

/* In this order: names of roles and prices of sizes are needed by what follows. */
static const Query things[] = {
    {sql_session, row_session, PARAM_NONE},    {sql_roles, row_role, PARAM_NONE},
    {sql_databases, row_database, PARAM_NONE}, {sql_sizes, row_size, PARAM_NONE},
    {sql_schemas, row_schema, PARAM_NONE},     {sql_clusters, row_cluster, PARAM_NONE},
    {sql_objects, row_object, PARAM_NONE},
};

static const Query about_things[] = {
    {sql_replicas, row_replica, PARAM_NONE},
    {sql_dependencies, row_dependency, PARAM_NONE},
    {sql_columns, row_column, PARAM_SCHEMAS},
    {sql_comments, row_comment, PARAM_NONE},
    {sql_hydration, row_hydration, PARAM_NONE},
    {sql_lags, row_lag, PARAM_NONE},
    {sql_errors, row_errors, PARAM_NONE},
    {sql_defaults, row_default, PARAM_NONE},
    {sql_newest_event, row_newest_event, PARAM_NONE},
    {sql_creations, row_creation, PARAM_EVENT},
    {sql_readers, row_reader, PARAM_NONE},
};

static int64_t event_wanted(Load *load, Snapshot *snapshot)
{
    const SnapshotRequest *request = load->request;
    int64_t event = request->since ? request->since(request->since_ctx, &snapshot->entries)
                                   : request->since_event;
    return event < 0 ? INT64_MAX : event;
}

static StrVec params_of(Load *load, Param param, int64_t event)
{
    StrVec params = {0};
    if (param == PARAM_SCHEMAS) {
        vec_push(load->arena, &params, pg_array(load->arena, &load->request->column_schemas));
    } else if (param == PARAM_EVENT) {
        vec_push(load->arena, &params, arena_printf(load->arena, "%lld", (long long)event));
    }
    return params;
}

static bool run_queries(Load *load, const Query *queries, size_t count, int64_t event, Err *err)
{
    for (size_t i = 0; i < count; i++) {
        StrVec params = params_of(load, queries[i].param, event);
        if (!pg_query(load->pg, load->arena, queries[i].sql, &params, load->timeout_ms,
                      &load->result, err)) {
            return false;
        }
        for (size_t row = 0; row < load->result.rows.count; row++) {
            queries[i].row(load, row);
        }
    }
    return true;
}

/* Membership is inherited. */
static bool read_memberships(Load *load, Err *err)
{
    StrVec *roles = &load->catalog->member_of;
    if (!load->catalog->rbac || load->catalog->superuser) {
        return true;
    }
    if (!pg_query(load->pg, load->arena, sql_role_members, NULL, load->timeout_ms, &load->result,
                  err)) {
        return false;
    }
    vec_push(load->arena, roles, load->catalog->role);
    for (size_t i = 0; i < roles->count; i++) {
        for (size_t row = 0; row < load->result.rows.count; row++) {
            const char *role = text(load, row, "role");
            if (str_eq(text(load, row, "member"), roles->items[i]) && !str_in(roles, role)) {
                vec_push(load->arena, roles, role);
            }
        }
    }
    return true;
}

static bool read_catalog(Load *load, Snapshot *snapshot, Err *err)
{
    int64_t event = event_wanted(load, snapshot);
    if (!run_queries(load, things, sizeof things / sizeof *things, event, err) ||
        !read_memberships(load, err)) {
        return false;
    }
    load->catalog->database = arena_strdup(load->arena, pg_database(load->pg));
    catalog_seal(load->arena, load->catalog);
    settle_options(load);
    return run_queries(load, about_things, sizeof about_things / sizeof *about_things, event, err);
}

/* --- the transaction --- */

static bool begin(Load *load, Err *err)
{
    return pg_query(load->pg, load->arena, "BEGIN READ ONLY", NULL, load->timeout_ms, NULL, err);
}

/* The log's rows, first in the transaction. When they cannot be had, the transaction begins anew
 * without them: what that means, the catalog will tell. */
static bool read_log(Load *load, Snapshot *snapshot, Err *err)
{
    const SnapshotRequest *request = load->request;
    if (journal_select(load->pg, load->arena, request->journal, request->environment,
                       load->timeout_ms, &snapshot->entries, &snapshot->record_err)) {
        snapshot->record = SNAPSHOT_RECORD_READ;
        return true;
    }
    if (!pg_usable(load->pg)) {
        *err = snapshot->record_err;
        return false;
    }
    snapshot->record = SNAPSHOT_RECORD_ABSENT;
    pg_rollback(load->pg);
    return begin(load, err);
}

/* A log that could not be read may just not be there. */
static void judge_record(Load *load, Snapshot *snapshot)
{
    const Journal *journal = load->request->journal;
    RelName log = {journal->database, journal->schema, "log"};
    if (snapshot->record == SNAPSHOT_RECORD_READ) {
        return;
    }
    if (catalog_object(load->catalog, log)) {
        snapshot->record = SNAPSHOT_RECORD_UNREADABLE;
        if (snapshot->record_err.kind == ERR_INPUT) {
            snapshot->record_err.hint = arena_printf(
                load->arena,
                "%s is not the table that Cutover made: give it another name, then: cutover repair",
                relname_sql(load->arena, log));
        }
    } else {
        snapshot->record_err = (Err){0};
    }
}

/* Outside of the transaction, since a refusal would end it. Unknown counts as switched on. */
static void read_rbac(Load *load)
{
    Err err = {0};
    bool known =
        pg_query(load->pg, load->arena, sql_rbac, NULL, load->timeout_ms, &load->result, &err) &&
        load->result.rows.count && load->result.columns.count;
    load->catalog->rbac = !known || !str_eq(load->result.rows.items[0][0], "off");
}

static bool read_all(Load *load, Snapshot *snapshot, Err *err)
{
    read_rbac(load);
    return journal_use_cluster(load->pg, load->arena, load->request->journal, load->timeout_ms,
                               err) &&
           begin(load, err) && read_log(load, snapshot, err) && read_catalog(load, snapshot, err) &&
           pg_query(load->pg, load->arena, "COMMIT", NULL, load->timeout_ms, NULL, err);
}

bool snapshot_read(Pg *pg, Arena *arena, const SnapshotRequest *request, int64_t timeout_ms,
                   Snapshot *snapshot, Err *err)
{
    *snapshot = (Snapshot){.catalog = arena_make(arena, Catalog)};
    Load load = {.pg = pg,
                 .arena = arena,
                 .request = request,
                 .timeout_ms = timeout_ms,
                 .catalog = snapshot->catalog};
    if (!read_all(&load, snapshot, err)) {
        pg_rollback(pg);
        return false;
    }
    judge_record(&load, snapshot);
    return true;
}
