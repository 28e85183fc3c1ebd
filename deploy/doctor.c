#include "cutover/doctor.h"

#include "rights.h"

#include "cutover/snapshot.h"
#include "cutover/statement.h"
#include "cutover/str.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MS 60000
#define SKEW_MAX (30 * MOMENT_SECOND)

void doctor_add(Doctor *doctor, DoctorVerdict verdict, const char *area, const char *fix,
                const char *format, ...)
{
    va_list args;
    va_start(args, format);
    DoctorLine line = {verdict, area, arena_vprintf(doctor->arena, format, args), fix};
    va_end(args);
    vec_push(doctor->arena, &doctor->lines, line);
}

static void add_error(Doctor *doctor, const char *area, const Err *err)
{
    doctor_add(doctor, DOCTOR_FAIL, area, err->hint, "%s %s%s%s", err->code, err->message,
               err->detail ? ": " : "", err->detail ? err->detail : "");
}

/* One look at one server, and what it is for. */
typedef struct Visit {
    Doctor *doctor;
    Arena *arena;
    const Catalog *catalog;
    Rights rights;
    size_t missing; /* lines that fail */
} Visit;

static void miss(Visit *v, const char *fix, const char *format, const char *name)
{
    doctor_add(v->doctor, DOCTOR_FAIL, "privileges", arena_printf(v->arena, "%s;", fix), format,
               v->catalog->role, name);
    v->missing++;
}

static const char *grant(const Visit *v, const char *kind, RelName rel, const char *privilege)
{
    return statement_grant(v->arena, (StatementOn){kind, rel}, privilege, v->catalog->role);
}

/* ---- the server ---- */

static size_t steady_replicas(const CatalogCluster *cluster)
{
    size_t count = 0;
    vec_each (CatalogReplica, it, &cluster->replicas) {
        count += !it->pending;
    }
    return count;
}

static void look_at_cluster(Visit *v, const char *name)
{
    const CatalogCluster *cluster = catalog_cluster(v->catalog, name);
    if (!cluster) {
        doctor_add(v->doctor, DOCTOR_FAIL, "materialize",
                   "materialize.cluster in the controller's file names another one",
                   "%s, role %s, and there is no cluster %s to read the record on",
                   v->catalog->version, v->catalog->role, name);
        return;
    }
    size_t replicas = steady_replicas(cluster);
    const char *fix =
        replicas ? NULL
                 : arena_printf(v->arena, "ALTER CLUSTER %s SET (REPLICATION FACTOR = 1);", name);
    doctor_add(v->doctor, replicas ? DOCTOR_OK : DOCTOR_FAIL, "materialize", fix,
               "%s, role %s, cluster %s has %zu %s", v->catalog->version, v->catalog->role, name,
               replicas, replicas == 1 ? "replica" : "replicas");
    if (!rights_allow(&v->rights, cluster->owner, &cluster->grants, "USAGE")) {
        miss(v, grant(v, "cluster", (RelName){.name = name}, "USAGE"),
             "role %s cannot read the record on cluster %s", name);
    }
}

static void look_at_clock(Visit *v, Moment local)
{
    Moment skew = llabs(v->catalog->now - local);
    if (skew > SKEW_MAX) {
        doctor_add(v->doctor, DOCTOR_WARN, "clock", "set this machine's clock (NTP)",
                   "the server's clock is %s away from the one here; the server's counts",
                   duration_text(v->arena, skew / MOMENT_SECOND));
    } else {
        doctor_add(v->doctor, DOCTOR_OK, "clock", NULL, "as the server's");
    }
}

static void look_at_rbac(Visit *v)
{
    if (!v->catalog->rbac) {
        doctor_add(v->doctor, DOCTOR_WARN, "rbac",
                   "ALTER SYSTEM SET enable_rbac_checks = true; (as a superuser)",
                   "privileges are not checked: every role may change everything");
    } else if (v->catalog->superuser) {
        doctor_add(v->doctor, DOCTOR_WARN, "rbac", "connect as a role that owns what it deploys",
                   "role %s is a superuser, and no privilege holds it back", v->catalog->role);
    }
}

static const char *to_read(const Visit *v, RelName log, const char *role)
{
    StatementOn schema = {"schema", {.database = log.database, .name = log.schema}};
    return arena_printf(v->arena, "%s; %s;", statement_grant(v->arena, schema, "USAGE", role),
                        statement_grant(v->arena, (StatementOn){"table", log}, "SELECT", role));
}

static const char *to_write(const Visit *v, RelName log, const char *role)
{
    return arena_printf(v->arena, "%s;",
                        statement_grant(v->arena, (StatementOn){"table", log}, "INSERT", role));
}

/* Who only looks, and who asks: docs/interface.md section 6. */
static void look_at_record(Visit *v, const char *schema, const Snapshot *snapshot)
{
    RelName log = {v->catalog->database, schema, "log"};
    const CatalogSchema *where = catalog_schema(v->catalog, log.database, schema);
    const CatalogObject *table = catalog_object(v->catalog, log);
    const char *role = "<role>";
    if (!where || !table) {
        doctor_add(v->doctor, DOCTOR_OK, "record", NULL,
                   "not there yet: the first run, apply or adopt makes schema %s", schema);
        return;
    }
    if (snapshot->record == SNAPSHOT_RECORD_UNREADABLE) {
        Err why = snapshot->record_err;
        if (why.kind == ERR_DENIED) {
            why.hint = arena_printf(v->arena, "%s %s", to_read(v, log, v->catalog->role),
                                    to_write(v, log, v->catalog->role));
        }
        add_error(v->doctor, "record", &why);
        return;
    }
    if (!rights_allow(&v->rights, table->owner, &table->grants, "INSERT")) {
        miss(v, grant(v, "table", log, "INSERT"), "role %s cannot write the record %s",
             relname_text(v->arena, log, log.database));
    }
    doctor_add(v->doctor, DOCTOR_OK, "record", to_read(v, log, role),
               "%zu rows; people who only look need", snapshot->entries.count);
    doctor_add(v->doctor, DOCTOR_OK, "record", to_write(v, log, role),
               "people who approve, hold and roll back need as well");
}

static void find_environments(Visit *v, const LogEntries *entries, StrVec *known)
{
    vec_each (LogEntry, it, entries) {
        if (!str_in(known, it->environment)) {
            vec_push(v->arena, known, it->environment);
        }
    }
}

static void look_at_server(Visit *v, const Snapshot *snapshot, const char *record_schema,
                           const char *record_cluster, Moment local)
{
    look_at_cluster(v, record_cluster);
    doctor_add(v->doctor, DOCTOR_OK, "hydration", NULL,
               "hydration, lag and errors of objects can be read");
    look_at_clock(v, local);
    look_at_rbac(v);
    look_at_record(v, record_schema, snapshot);
}

void doctor_server(Doctor *doctor, Pg *pg, const char *record_schema, const char *record_cluster,
                   Moment local, StrVec *known)
{
    Err err = {0};
    Journal journal = {
        .database = pg_database(pg), .schema = record_schema, .cluster = record_cluster};
    SnapshotRequest request = {.journal = &journal, .since_event = -1};
    Snapshot snapshot = {0};
    Visit v = {.doctor = doctor, .arena = doctor->arena};
    if (!snapshot_read(pg, doctor->arena, &request, LIMIT_MS, &snapshot, &err)) {
        add_error(doctor, "materialize", &err);
        return;
    }
    v.catalog = snapshot.catalog;
    if (!rights_read(pg, doctor->arena, v.catalog, LIMIT_MS, &v.rights, &err)) {
        add_error(doctor, "privileges", &err);
        return;
    }
    look_at_server(&v, &snapshot, record_schema, record_cluster, local);
    find_environments(&v, &snapshot.entries, known);
}

/* ---- an environment ---- */

static void need_database(Visit *v, Map *seen, const char *database)
{
    if (v->rights.all || str_in(&v->rights.databases, database) ||
        map_put(v->arena, seen, database, v)) {
        return;
    }
    if (str_in(&v->catalog->databases, database)) {
        miss(v, grant(v, "database", (RelName){.name = database}, "CREATE"),
             "role %s cannot create schemas in database %s", database);
    } else {
        doctor_add(v->doctor, DOCTOR_FAIL, "project",
                   arena_printf(v->arena, "CREATE DATABASE %s;", database),
                   "there is no database %s", database);
        v->missing++;
    }
}

/* What is swapped, renamed and dropped must be owned. */
static void need_owner(Visit *v, const PlanInput *in, const PlanOwned *owned)
{
    const CatalogSchema *schema =
        owned->database ? catalog_schema(v->catalog, owned->database, owned->name) : NULL;
    const CatalogCluster *cluster =
        owned->database ? NULL : catalog_cluster(v->catalog, owned->name);
    const char *owner = schema ? schema->owner : cluster ? cluster->owner : NULL;
    const char *kind = container_kind(!schema);
    if (!owner ||
        plan_container_protected(in, cluster != NULL, owned->database, owned->name, owner)) {
        return;
    }
    if (!rights_own(&v->rights, owner)) {
        StatementOn on = {kind, {.database = owned->database, .name = owned->name}};
        miss(v,
             arena_printf(v->arena, "GRANT %s TO %s; or: %s", owner, v->catalog->role,
                          statement_owner(v->arena, on, v->catalog->role)),
             "role %s cannot replace what another role owns: %s",
             arena_printf(v->arena, "%s %s is %s's", kind, owned->name, owner));
    }
}

static void need_containers(Visit *v, const PlanInput *in)
{
    Map databases = {0};
    bool clusters = false;
    PlanOwnedList owned = plan_owned(v->arena, in->desired, in->environment);
    need_database(v, &databases, v->catalog->database);
    vec_each (PlanOwned, it, &owned) {
        const CatalogCluster *cluster = it->database ? NULL : catalog_cluster(v->catalog, it->name);
        clusters |= !it->database && !plan_container_protected(in, true, NULL, it->name,
                                                               cluster ? cluster->owner : NULL);
        if (it->database) {
            need_database(v, &databases, it->database);
        }
        need_owner(v, in, it);
    }
    if (clusters && !v->rights.all && !v->rights.make_clusters) {
        miss(v, grant(v, "system", (RelName){0}, "CREATECLUSTER"),
             "role %s cannot create clusters%s", "");
    }
}

/* What models read outside of the project; what is not there the plan tells. */
static void need_source(Visit *v, Map *schemas, RelName rel)
{
    const CatalogObject *object = catalog_object(v->catalog, rel);
    const CatalogSchema *schema = catalog_schema(v->catalog, rel.database, rel.schema);
    if (!object || !schema) {
        return;
    }
    if (!rights_allow(&v->rights, schema->owner, &schema->grants, "USAGE") &&
        !map_put(v->arena, schemas, schema->id, v)) {
        RelName name = {.database = schema->database, .name = schema->name};
        miss(v, grant(v, "schema", name, "USAGE"), "role %s cannot use schema %s", schema->name);
    }
    if (!rights_allow(&v->rights, object->owner, &object->grants, "SELECT")) {
        miss(v, grant(v, object->kind, rel, "SELECT"), "role %s cannot read %s",
             relname_text(v->arena, rel, v->catalog->database));
    }
}

static void need_sources(Visit *v, const Desired *desired)
{
    Map seen = {0}, schemas = {0};
    vec_each (DesiredNode, node, &desired->nodes) {
        vec_each (RelName, it, &node->reads) {
            if (!map_put(v->arena, &seen, relname_key(v->arena, *it), v)) {
                need_source(v, &schemas, *it);
            }
        }
    }
}

/* Declared names that somebody else's objects bear. */
static void look_at_strangers(Visit *v, const PlanInput *in)
{
    size_t count = 0;
    vec_each (DesiredNode, it, &in->desired->nodes) {
        const CatalogObject *live = catalog_object(v->catalog, it->rel);
        count +=
            live && !node_kind_stays(it->kind) && !record_object(in->record, live->kind, live->id);
    }
    if (count) {
        doctor_add(v->doctor, DOCTOR_WARN, "objects", "cutover adopt",
                   "%s: %zu declared names are borne by objects that Cutover did not make",
                   in->environment->name, count);
    }
}

static void add_unknown(Visit *v, const PlanInput *in, StrVec *names, CatalogPlace place,
                        const char *comment)
{
    const char *environment = comment_environment(v->arena, comment);
    if (str_eq(environment, in->environment->name) &&
        !record_object(in->record, place.kind, place.id)) {
        vec_push(v->arena, names, arena_printf(v->arena, "%s %s", place.kind, place.rel.name));
    }
}

/* Green or an old side of which rows were lost: no plan needs it, and nobody would ever hear of it. */
static void look_at_unknown(Visit *v, const PlanInput *in)
{
    StrVec names = {0};
    vec_each (CatalogSchema, it, &v->catalog->schemas) {
        add_unknown(v, in, &names, catalog_schema_place(it), it->comment);
    }
    vec_each (CatalogCluster, it, &v->catalog->clusters) {
        add_unknown(v, in, &names, catalog_cluster_place(it), it->comment);
    }
    if (names.count && !record_building(in->record)) {
        doctor_add(v->doctor, DOCTOR_WARN, "objects",
                   "take over what is production: cutover adopt; and drop what nobody needs",
                   "%s: Cutover made this, and its record does not know it: %s",
                   in->environment->name, str_join(v->arena, &names, ", "));
    }
}

static void look_at_pass(Visit *v, const PassInput *input, const PassResult *result)
{
    PlanInput in = {.desired = result->desired,
                    .catalog = result->catalog,
                    .record = result->record,
                    .environment = input->environment,
                    .record_cluster = input->record_cluster,
                    .record_schema = input->record_schema};
    need_containers(v, &in);
    need_sources(v, result->desired);
    if (!v->missing) {
        doctor_add(v->doctor, DOCTOR_OK, "privileges", NULL, "%s: role %s has what it needs",
                   input->environment->name, v->catalog->role);
    }
    look_at_strangers(v, &in);
    look_at_unknown(v, &in);
    if (result->blocked) {
        doctor_add(v->doctor, DOCTOR_FAIL, "state", "see: cutover status", "%s is blocked: %s",
                   input->environment->name, result->waits_for);
    }
}

void doctor_environment(Doctor *doctor, Pg *pg, const PassInput *input)
{
    Err err = {0};
    PassResult result;
    Visit v = {.doctor = doctor, .arena = doctor->arena};
    const char *name = input->environment->name;
    if (!pass_run(doctor->arena, pg, input, &result, &err)) {
        add_error(doctor, "state", &err);
        return;
    }
    if (!result.desired) {
        size_t errors = diags_count(&result.diags, DIAG_ERROR);
        doctor_add(doctor, DOCTOR_FAIL, "project", "see: cutover validate",
                   "%s: %s does not compile, %zu %s", name, input->commit.short_sha, errors,
                   errors == 1 ? "error" : "errors");
        return;
    }
    doctor_add(doctor, DOCTOR_OK, "project", NULL, "%s at %s: %zu models", name,
               input->commit.short_sha, result.desired->nodes.count);
    v.catalog = result.catalog;
    if (!rights_read(pg, doctor->arena, v.catalog, LIMIT_MS, &v.rights, &err)) {
        add_error(doctor, "privileges", &err);
        return;
    }
    look_at_pass(&v, input, &result);
}

/* ---- what people read ---- */

bool doctor_fails(const Doctor *doctor)
{
    vec_each (DoctorLine, it, &doctor->lines) {
        if (it->verdict == DOCTOR_FAIL) {
            return true;
        }
    }
    return false;
}

static const struct {
    const char *name, *color;
} verdicts[] = {
    [DOCTOR_OK] = {"ok", "32"}, [DOCTOR_WARN] = {"warn", "33"}, [DOCTOR_FAIL] = {"fail", "31"}};

void doctor_write_text(Buf *out, const Doctor *doctor, bool color)
{
    vec_each (DoctorLine, it, &doctor->lines) {
        const char *name = verdicts[it->verdict].name;
        buf_printf(out,
                   color ? "\033[%s"
                           "m%-5s\033[0m"
                         : "%.0s%-5s",
                   verdicts[it->verdict].color, name);
        buf_printf(out, " %-14s %s%s%s\n", it->area, it->text, it->fix ? ":    " : "",
                   it->fix ? it->fix : "");
    }
}

void doctor_write_json(JsonOut *out, const Doctor *doctor)
{
    json_open_object(out);
    json_put_str(out, "schema", "cutover.doctor/1");
    json_key(out, "lines");
    json_open_array(out);
    vec_each (DoctorLine, it, &doctor->lines) {
        json_open_object(out);
        json_put_str(out, "verdict", verdicts[it->verdict].name);
        json_put_str(out, "area", it->area);
        json_put_str(out, "text", it->text);
        json_put_str(out, "fix", it->fix);
        json_close_object(out);
    }
    json_close_array(out);
    json_close_object(out);
}
