#include "vars.h"

#include "names.h"

#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

typedef enum VarFlag {
    VAR_REPORTED = 1,
    VAR_READ_ONLY = 2,
    VAR_SETTING = 4, /* PostgreSQL's side must know */
    VAR_BOOL = 8,
    VAR_TIME = 16,
    VAR_ISOLATION = 32,
    VAR_SYSTEM = 64, /* only by ALTER SYSTEM */
} VarFlag;

typedef struct VarKind {
    const char *name, *value;
    int flags;
} VarKind;

static const VarKind kinds[] = {
    {"application_name", "", VAR_REPORTED},
    {"client_encoding", "UTF8", VAR_REPORTED},
    {"cluster", "quickstart", VAR_REPORTED | VAR_SETTING},
    {"cluster_replica", "", VAR_REPORTED},
    {"database", "materialize", VAR_REPORTED | VAR_SETTING},
    {"datestyle", "ISO, MDY", VAR_REPORTED},
    {"default_cluster_replication_factor", "1", VAR_REPORTED},
    {"integer_datetimes", "on", VAR_REPORTED | VAR_READ_ONLY},
    {"intervalstyle", "postgres", VAR_REPORTED},
    {"mz_version", "v26.39.0-dev.0 (standin)", VAR_REPORTED | VAR_READ_ONLY},
    {"search_path", "public", VAR_REPORTED | VAR_SETTING},
    {"server_version", "9.5.0", VAR_REPORTED | VAR_READ_ONLY},
    {"server_version_num", "90500", VAR_READ_ONLY},
    {"standard_conforming_strings", "on", VAR_REPORTED},
    {"timezone", "UTC", VAR_REPORTED},
    {"transaction_isolation", "strict serializable", VAR_ISOLATION},
    {"statement_timeout", "60 s", VAR_TIME},
    {"idle_in_transaction_session_timeout", "120 s", VAR_TIME},
    {"auto_route_catalog_queries", "on", VAR_BOOL},
    {"current_object_missing_warnings", "on", VAR_BOOL},
    {"welcome_message", "on", VAR_BOOL},
    {"client_min_messages", "notice", 0},
    {"emit_timestamp_notice", "off", VAR_BOOL},
    {"emit_trace_id_notice", "off", VAR_BOOL},
    {"emit_plan_insights_notice", "off", VAR_BOOL},
    {"emit_introspection_query_notice", "on", VAR_BOOL},
    {"max_query_result_size", "1GB", 0},
    {"real_time_recency", "off", VAR_BOOL},
    {"real_time_recency_timeout", "10 s", VAR_TIME},
    {"enable_session_rbac_checks", "off", VAR_BOOL | VAR_SETTING},
    {"restrict_to_user_objects", "off", VAR_BOOL},
    {"sql_safe_updates", "off", VAR_BOOL},
    {"statement_logging_sample_rate", "0.99", 0},
    {"extra_float_digits", "1", 0},
    {"max_identifier_length", "255", VAR_READ_ONLY},
    {"is_superuser", "off", VAR_BOOL | VAR_READ_ONLY},
    {"enable_rbac_checks", "off", VAR_BOOL | VAR_SYSTEM},
    {"max_clusters", "25", VAR_SYSTEM},
    {"max_replicas_per_cluster", "5", VAR_SYSTEM},
    {"max_materialized_views", "500", VAR_SYSTEM},
    {"max_objects_per_schema", "1000", VAR_SYSTEM},
    {"max_schemas_per_database", "1000", VAR_SYSTEM},
    {"max_tables", "200", VAR_SYSTEM},
    {"max_sources", "200", VAR_SYSTEM},
    {"max_sinks", "1000", VAR_SYSTEM},
    {"max_connections", "5000", VAR_SYSTEM},
};

typedef struct Variable {
    const VarKind *kind;
    const char *value, *start; /* `start`: what RESET returns to */
} Variable;

static const struct {
    const char *name, *reported;
} spellings[] = {
    {"datestyle", "DateStyle"}, {"intervalstyle", "IntervalStyle"}, {"timezone", "TimeZone"}};

void vars_init(Session *session)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        Variable *var = arena_make(session->arena, Variable);
        *var = (Variable){&kinds[i], kinds[i].value, kinds[i].value};
        map_put(session->arena, &session->variables, kinds[i].name, var);
    }
    session->settings_changed = true;
}

static Variable *find(const Session *session, const char *name)
{
    return map_get(&session->variables, name);
}

const char *vars_get(const Session *session, const char *name)
{
    const Variable *var = find(session, name);
    return var ? var->value : NULL;
}

bool vars_on(const Session *session, const char *name)
{
    return str_eq(vars_get(session, name), "on");
}

static void report(Session *session, const Variable *var)
{
    const char *name = var->kind->name;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        name = str_eq(name, spellings[i].name) ? spellings[i].reported : name;
    }
    if (var->kind->flags & VAR_REPORTED) {
        wire_parameter(&session->wire, name, var->value);
    }
}

void vars_report(Session *session)
{
    map_each (it, &session->variables) {
        report(session, it->value);
    }
}

/* --- values --- */

static bool fail(Arena *arena, Err *err, const char *sqlstate, const char *message,
                 const char *hint)
{
    err_set(arena, err, ERR_INPUT, "ST0002", "%s", message);
    memcpy(err->sqlstate, sqlstate, 6);
    err->hint = hint;
    return false;
}

static const char *boolean(const char *value)
{
    static const char *const on[] = {"on", "true", "t", "yes", "1"};
    static const char *const off[] = {"off", "false", "f", "no", "0"};
    for (size_t i = 0; i < sizeof on / sizeof *on; i++) {
        if (strcasecmp(value, on[i]) == 0) {
            return "on";
        }
        if (strcasecmp(value, off[i]) == 0) {
            return "off";
        }
    }
    return NULL;
}

/* "30s" and "30000" as "30 s"; milliseconds without a unit. */
static const char *duration(Arena *arena, const char *value)
{
    static const struct {
        const char *unit;
        long long ms;
    } units[] = {{"", 1}, {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    char *end;
    long long n = strtoll(value, &end, 10);
    while (*end == ' ') {
        end++;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (end != value && n >= 0 && strcmp(end, units[i].unit) == 0) {
            long long ms = n * units[i].ms;
            return ms == 0           ? "0 s"
                   : ms % 60000 == 0 ? arena_printf(arena, "%lld min", ms / 60000)
                   : ms % 1000 == 0  ? arena_printf(arena, "%lld s", ms / 1000)
                                     : arena_printf(arena, "%lld ms", ms);
        }
    }
    return NULL;
}

static const char *isolation(const char *value)
{
    static const char *const weaker[] = {"read uncommitted", "read committed", "repeatable read",
                                         "serializable"};
    for (size_t i = 0; i < sizeof weaker / sizeof *weaker; i++) {
        if (strcasecmp(value, weaker[i]) == 0) {
            return "serializable";
        }
    }
    return strcasecmp(value, "strict serializable") == 0 ? "strict serializable" : NULL;
}

#define ISOLATIONS                                                                                 \
    "Available values: read uncommitted, read committed, repeatable read, serializable, strict "   \
    "serializable, bounded staleness <duration>."

static bool change(Session *session, Arena *arena, const char *name, const char *value, Err *err)
{
    Variable *var = find(session, name);
    if (!var) {
        return fail(arena, err, "42704",
                    arena_printf(arena, "unrecognized configuration parameter \"%s\"", name), NULL);
    }
    if (var->kind->flags & (VAR_READ_ONLY | VAR_SYSTEM)) {
        return fail(arena, err, "55P02",
                    arena_printf(arena, "parameter \"%s\" cannot be changed", name), NULL);
    }
    const char *good = var->kind->flags & VAR_BOOL        ? boolean(value)
                       : var->kind->flags & VAR_TIME      ? duration(arena, value)
                       : var->kind->flags & VAR_ISOLATION ? isolation(value)
                                                          : value;
    if (!good) {
        return fail(arena, err, "22023",
                    arena_printf(arena, "invalid value for parameter \"%s\": \"%s\"", name, value),
                    var->kind->flags & VAR_ISOLATION ? ISOLATIONS : NULL);
    }
    if (!str_eq(var->value, good)) {
        var->value = arena_strdup(session->arena, good);
        session->settings_changed |= (var->kind->flags & VAR_SETTING) != 0;
        report(session, var);
    }
    return true;
}

bool vars_startup(Session *session, Arena *arena, const char *name, const char *value, Err *err)
{
    const char *lower = str_lower(arena, name);
    if (!change(session, arena, lower, value, err)) {
        return false;
    }
    Variable *var = find(session, lower);
    var->start = var->value;
    return true;
}

/* --- notices about what is missing --- */

#define CLUSTER_HINT                                                                               \
    "Create the cluster with CREATE CLUSTER or pick an extant cluster with SET CLUSTER = name. "   \
    "List available clusters with SHOW CLUSTERS."

static void warn_when_missing(Run *run, const char *name)
{
    Session *session = run->session;
    if (!vars_on(session, "current_object_missing_warnings")) {
        return;
    }
    Names *names = names_get(session->server);
    const char *value = vars_get(session, name);
    if (str_eq(name, "cluster") && !names_cluster(names, value)) {
        session_notice(session, run->arena, "MZ007", CLUSTER_HINT, "cluster \"%s\" does not exist",
                       value);
    } else if (str_eq(name, "database") && !names_database(names, value)) {
        session_notice(session, run->arena, "MZ006",
                       "Create the database with CREATE DATABASE or pick an extant database with "
                       "SET DATABASE = name. List available databases with SHOW DATABASES.",
                       "database \"%s\" does not exist", value);
    }
    names_release(session->server, names);
}

/* --- statements --- */

/* What stands behind "=" or TO, as one text: names and strings joined by ", ". */
static const char *value_text(Run *run, const SqlTok *tok)
{
    Buf value = buf_new(run->arena, 4096);
    for (; tok->kind != SQL_END; tok++) {
        if (sql_is_symbol(tok, ",")) {
            buf_text(&value, ", ");
        } else {
            bool glued = value.length == 0 || str_ends(value.data, " ") || str_eq(value.data, "-");
            buf_text(&value, glued ? "" : " ");
            buf_text(&value, tok->value);
        }
    }
    return value.length ? value.data : "";
}

/* SET [SESSION|LOCAL] name {=|TO} value; SET TIME ZONE; SET SCHEMA; SET TRANSACTION ... */
static const SqlTok *set_target(const SqlTok *tok, const char **name)
{
    tok++;
    tok += sql_is_word(tok, "session") || sql_is_word(tok, "local");
    *name = tok->value;
    if (sql_is_word(tok, "time") && sql_is_word(tok + 1, "zone")) {
        *name = "timezone";
        tok++;
    } else if (sql_is_word(tok, "schema")) {
        *name = "search_path";
    } else if (sql_is_word(tok, "names")) {
        *name = "client_encoding";
    }
    tok++;
    return tok + (sql_is_symbol(tok, "=") || sql_is_word(tok, "to"));
}

static bool set_transaction(Run *run, const SqlTok *tok)
{
    for (; tok->kind != SQL_END; tok++) {
        if (sql_is_word(tok, "level")) {
            return change(run->session, run->arena, "transaction_isolation",
                          value_text(run, tok + 1), &run->err);
        }
    }
    return true;
}

bool vars_set(Run *run)
{
    run->reply.tag = "SET";
    const char *name;
    const SqlTok *value = set_target(run->statement->toks, &name);
    if (str_eq(name, "transaction") || str_eq(name, "characteristics")) {
        return set_transaction(run, value);
    }
    if (value->kind == SQL_END || str_eq(name, "role")) {
        return run_fail(run, "42601", "Expected TO or equals sign, found %s",
                        value->kind == SQL_END ? "EOF" : value->value);
    }
    if (str_eq(name, "cluster") && run->session->txn.state == TXN_OPEN &&
        run->session->txn.ops != OPS_NONE) {
        return run_fail(run, "25001", "%s cannot be run inside a transaction block",
                        run->statement->text);
    }
    if (sql_is_word(value, "default")) {
        const Variable *var = find(run->session, name);
        return change(run->session, run->arena, name, var ? var->start : "", &run->err);
    }
    if (!change(run->session, run->arena, name, value_text(run, value), &run->err)) {
        return false;
    }
    warn_when_missing(run, name);
    return true;
}

bool vars_reset(Run *run)
{
    const char *name = run->statement->toks[1].value;
    const Variable *var = find(run->session, name);
    run->reply.tag = "RESET";
    if (str_eq(name,
               "all")) { /* a name like any other, which is quoted here because it is a keyword */
        return run_fail(run, "42704", "unrecognized configuration parameter \"\\\"all\\\"\"");
    }
    if (!var) {
        return run_fail(run, "42704", "unrecognized configuration parameter \"%s\"", name);
    }
    return change(run->session, run->arena, name, var->start, &run->err);
}

bool vars_discard(Run *run)
{
    bool all = sql_is_word(&run->statement->toks[1], "all");
    run->reply.tag = all ? "DISCARD ALL" : "DISCARD TEMP";
    map_each (it, &run->session->variables) {
        const Variable *var = it->value;
        if (all && !str_eq(var->value, var->start)) {
            change(run->session, run->arena, it->key, var->start, &run->err);
        }
    }
    if (all) {
        run->session->prepared = (Map){0};
    }
    return true;
}

static const char *show_name(Run *run)
{
    const SqlTok *tok = run->statement->toks + 1;
    if (sql_is_word(tok, "time") && sql_is_word(tok + 1, "zone")) {
        return "timezone";
    }
    return sql_is_word(tok, "transaction") && sql_is_word(tok + 1, "isolation")
               ? "transaction_isolation"
               : tok->value;
}

/* SHOW ALL: every variable by name. */
static bool show_all(Run *run)
{
    map_each (it, &run->session->variables) {
        const Variable *var = it->value;
        const char **row = arena_array(run->arena, 3, sizeof *row);
        row[0] = it->key;
        row[1] = var->value;
        row[2] = "";
        vec_push(run->arena, &run->reply.rows, row);
    }
    run->reply.tag = "SELECT";
    run->reply.counted = true;
    return true;
}

bool vars_describe_show(Run *run)
{
    run->reply.has_columns = true;
    if (str_eq(show_name(run), "all")) {
        static const char *const names[] = {"name", "setting", "description"};
        for (size_t i = 0; i < 3; i++) {
            vec_push(run->arena, &run->reply.columns, (Column){names[i], 25, -1, -1});
        }
        return true;
    }
    vec_push(run->arena, &run->reply.columns, (Column){show_name(run), 25, -1, -1});
    return true;
}

bool vars_show(Run *run)
{
    const char *name = show_name(run), *value = vars_get(run->session, name);
    if (str_eq(name, "all")) {
        return show_all(run);
    }
    if (!value) {
        return run_fail(run, "42704", "unrecognized configuration parameter \"%s\"", name);
    }
    if (str_eq(name, "enable_rbac_checks")) {
        PGresult *rbac = session_sql(run,
                                     "SELECT CASE WHEN rbac THEN 'on' ELSE 'off' END "
                                     "FROM standin.meta",
                                     0, NULL);
        if (!rbac) {
            return false;
        }
        value = PQgetvalue(rbac, 0, 0);
    }
    warn_when_missing(run, name);
    const char **row = arena_array(run->arena, 1, sizeof *row);
    row[0] = value;
    vec_push(run->arena, &run->reply.rows, row);
    run->reply.tag = "SELECT";
    run->reply.counted = true;
    return true;
}
