#include "query.h"

#include "errors.h"
#include "resolve.h"
#include "txn.h"
#include "vars.h"

#include "cutover/json.h"
#include "cutover/str.h"

#include <stdlib.h>
#include <string.h>

static const SqlTok *last(const SqlTok *tok)
{
    while (tok->kind != SQL_END) {
        tok++;
    }
    return tok;
}

/* --- describing --- */

static uint32_t wire_oid(const Session *session, Oid oid)
{
    char key[16];
    snprintf(key, sizeof key, "%u", oid);
    const char *mapped = map_get(&session->server->type_oids, key);
    return mapped ? (uint32_t)strtoul(mapped, NULL, 10) : oid;
}

static void take_columns(Run *run, const PGresult *described)
{
    for (int i = 0; i < PQnfields(described); i++) {
        vec_push(run->arena, &run->reply.columns,
                 (Column){arena_strdup(run->arena, PQfname(described, i)),
                          wire_oid(run->session, PQftype(described, i)), PQfsize(described, i),
                          PQfmod(described, i)});
    }
    run->reply.has_columns = PQnfields(described) > 0;
}

/* --- rights --- */

static bool checks_rights(const Session *session)
{
    return vars_on(session, "enable_session_rbac_checks") || atomic_load(&session->server->rbac);
}

/* With checks on, PostgreSQL runs the statement as the role; the roles and grants are mirrored there. */
static bool as_role(Run *run)
{
    Session *session = run->session;
    if (!checks_rights(session) || str_eq(session->user, "mz_system")) {
        return true;
    }
    return session_sql(
               run, arena_printf(run->arena, "SET ROLE %s", sql_ident(run->arena, session->user)),
               0, NULL) != NULL;
}

static void as_self(Run *run)
{
    if (checks_rights(run->session)) {
        PQclear(PQexec(run->session->pg, "RESET ROLE"));
    }
}

/* --- preparing --- */

static PGresult *kept(Run *run, PGresult *result)
{
    arena_defer(run->arena, (void (*)(void *))PQclear, result);
    return result;
}

static bool good(Run *run, const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        return true;
    }
    errors_from_result(run, result, false);
    return false;
}

static bool prepare(Run *run)
{
    if (!session_sync(run) || !txn_postgres(run) || !as_role(run)) {
        return false;
    }
    const Parameters *p = &run->parameters;
    PGresult *result =
        kept(run, PQprepare(run->session->pg, "", run->sql, p->type_count, p->types));
    run->prepared = ++run->session->prepares;
    return good(run, result);
}

const PGresult *query_parameters(Run *run)
{
    PGresult *described = kept(run, PQdescribePrepared(run->session->pg, ""));
    return good(run, described) ? described : NULL;
}

static bool describe_sql(Run *run)
{
    const PGresult *described = prepare(run) ? query_parameters(run) : NULL;
    as_self(run);
    if (described) {
        take_columns(run, described);
    }
    return described != NULL;
}

/* What the role may do, in Materialize's words; PostgreSQL checks the owners of views. */
static bool check_rights(Run *run)
{
    const SqlTok *verb = run->statement->toks;
    const char *privilege = sql_is_word(verb, "insert")   ? "INSERT"
                            : sql_is_word(verb, "update") ? "UPDATE"
                            : sql_is_word(verb, "delete") ? "DELETE"
                                                          : "SELECT";
    if (!checks_rights(run->session) || !run->refs.count) {
        return true;
    }
    const char *items = arena_printf(run->arena, "{%s}", str_join(run->arena, &run->refs, ","));
    const char *const values[] = {items, vars_get(run->session, "cluster"), privilege};
    return session_sql(run, "SELECT standin.check_rights($1::text[], $2, $3)", 3, values) != NULL;
}

/* ... AS OF [AT LEAST] time */
static bool asks_for_history(const SqlTok *tok)
{
    for (; tok->kind != SQL_END; tok++) {
        if (sql_is_word(tok, "as") && sql_is_word(tok + 1, "of") && tok[2].kind != SQL_END &&
            tok[2].kind != SQL_SYMBOL) {
            return true;
        }
    }
    return false;
}

bool query_describe(Run *run)
{
    const SqlTok *toks = run->statement->toks;
    Resolved resolved;
    if (asks_for_history(toks)) {
        return run_fail(run, "0A000", "standin: AS OF is not known here: nothing has a history");
    }
    if (!resolve_query(run, toks, last(toks), &resolved)) {
        return false;
    }
    run->sql = resolved.sql;
    return check_rights(run) && describe_sql(run);
}

/* --- running --- */

bool query_check_cluster(Run *run)
{
    if (!run->reads_user || run->statement->class == CLASS_WRITE) {
        return true;
    }
    const char *name = vars_get(run->session, "cluster");
    Names *names = names_get(run->session->server);
    const NameCluster *cluster = names_cluster(names, name);
    int replicas = cluster ? cluster->replicas : -1;
    names_release(run->session->server, names);
    if (replicas < 0) {
        return run_fail(run, "XX000", "unknown cluster '%s'", name);
    }
    if (replicas == 0) {
        run_fail(run, "0A000", "CLUSTER \"%s\" has no replicas available to service request", name);
        run->err.hint = "Use ALTER CLUSTER to adjust the replication factor of the cluster. "
                        "Example:`ALTER CLUSTER <cluster-name> SET (REPLICATION FACTOR 1)`";
        return false;
    }
    return true;
}

static void take_result(Run *run, PGresult *result)
{
    bool rows = PQresultStatus(result) == PGRES_TUPLES_OK;
    run->reply.result = rows ? result : NULL;
    const char *status = PQcmdStatus(result);
    run->reply.counted = str_starts(status, "SELECT") || str_starts(status, "VALUES");
    run->reply.tag = run->reply.counted ? "SELECT" : arena_strdup(run->arena, status);
}

/* Changing the role is a statement of its own, which forgets the unnamed prepared one: with rights checked
 * the text is sent again. */
static PGresult *execute(Run *run)
{
    const Parameters *p = &run->parameters;
    PGconn *pg = run->session->pg;
    return checks_rights(run->session) ? PQexecParams(pg, run->sql, p->count, p->types, p->values,
                                                      p->lengths, p->formats, run->result_format)
                                       : PQexecPrepared(pg, "", p->count, p->values, p->lengths,
                                                        p->formats, run->result_format);
}

/* Columns wanted as text among binary ones: their text, of which both forms are the same. */
static bool mix_formats(Run *run)
{
    static const char type_text[] = "::text";
    Buf list = buf_new(run->arena, 1000000), names = buf_new(run->arena, 1000000);
    if (!run->formats) {
        return true;
    }
    if (run->statement->class != CLASS_READ) {
        return run_fail(run, "0A000", "standin: one result format for all columns, please");
    }
    for (size_t i = 0; i < run->reply.columns.count; i++) {
        bool text = i < (size_t)run->format_count && run->formats[i] == 0;
        bool boolean = text && run->reply.columns.items[i].oid == 16;
        buf_printf(&names, "%sc%zu", i ? ", " : "", i);
        buf_printf(&list,
                   boolean ? "%sCASE WHEN c%zu THEN 't' WHEN NOT c%zu THEN 'f' END" : "%sc%zu",
                   i ? ", " : "", i, i);
        buf_text(&list, text && !boolean ? type_text : "");
    }
    run->sql = arena_printf(run->arena, "SELECT %s FROM (%s\n) mixed(%s)", list.data, run->sql,
                            names.data);
    run->formats = NULL;
    run->prepared = 0;
    return true;
}

static bool execute_prepared(Run *run)
{
    bool stale = run->prepared != run->session->prepares;
    if (stale && !checks_rights(run->session) && !prepare(run)) {
        return false;
    }
    if (!query_check_cluster(run) || !check_rights(run) || !resolve_check_domain(run) ||
        !txn_postgres(run) || !as_role(run)) {
        return false;
    }
    PGresult *result = kept(run, execute(run));
    as_self(run);
    if (!good(run, result)) {
        return false;
    }
    take_result(run, result);
    return true;
}

/* On Materialize what reads and then writes has its table for itself until it is done. */
static bool execute_alone(Run *run)
{
    if (!session_sql(run, "SELECT pg_advisory_lock(1)", 0, NULL)) {
        return false;
    }
    run->session->prepares++; /* a Query message forgets the unnamed statement */
    bool done = execute_prepared(run);
    PQclear(PQexec(run->session->pg, "SELECT pg_advisory_unlock(1)"));
    return done;
}

bool query_execute(Run *run)
{
    return mix_formats(run) &&
           (run->statement->class == CLASS_ALONE ? execute_alone(run) : execute_prepared(run));
}

/* --- SHOW --- */

static const struct {
    const char *first, *second, *kind;
} lists[] = {
    {"materialized", "views", "materialized views"},
    {"cluster", "replicas", "cluster replicas"},
    {"databases", NULL, "databases"},
    {"schemas", NULL, "schemas"},
    {"objects", NULL, "objects"},
    {"tables", NULL, "tables"},
    {"views", NULL, "views"},
    {"sources", NULL, "sources"},
    {"subsources", NULL, "subsources"},
    {"sinks", NULL, "sinks"},
    {"indexes", NULL, "indexes"},
    {"connections", NULL, "connections"},
    {"secrets", NULL, "secrets"},
    {"types", NULL, "types"},
    {"network", "policies", "network policies"},
    {"role", "membership", "role membership"},
    {"default", "privileges", "default privileges"},
    {"privileges", NULL, "privileges"},
    {"clusters", NULL, "clusters"},
    {"roles", NULL, "roles"},
    {"columns", NULL, "columns"},
};

/* The words behind SHOW as a kind of list; NULL: a variable. Moves TOK behind them. */
static const char *list_kind(const SqlTok **tok)
{
    const SqlTok *t = *tok;
    if (sql_is_word(t, "redacted")) {
        t++;
    }
    if (sql_is_word(t, "create")) {
        t++;
        bool two = sql_is_word(t, "materialized");
        *tok = t + (two ? 2 : 1);
        return sql_is_word(t, "cluster") ? "create cluster" : "create";
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (sql_is_word(t, lists[i].first) &&
            (!lists[i].second || sql_is_word(t + 1, lists[i].second))) {
            *tok = t + 1 + (lists[i].second != NULL);
            return lists[i].kind;
        }
    }
    return NULL;
}

static void put_parts(Run *run, JsonOut *out, const char *key, const SqlTok **tok)
{
    StrVec parts = resolve_parts(run->arena, tok);
    json_key(out, key);
    json_open_array(out);
    vec_each (const char *, part, &parts) {
        json_str(out, *part);
    }
    json_close_array(out);
}

/* [name | FROM name | ON name] [IN CLUSTER c] [LIKE '..'] */
static const char *list_args(Run *run, const char *kind, const SqlTok *tok)
{
    Buf buf = buf_new(run->arena, 100000);
    JsonOut out = json_out(&buf);
    json_open_object(&out);
    if (str_starts(kind, "create")) {
        put_parts(run, &out, "on", &tok);
    }
    while (tok->kind != SQL_END) {
        const SqlTok *was = tok++;
        if (sql_is_word(was, "from")) {
            put_parts(run, &out, str_eq(kind, "columns") ? "on" : "schema", &tok);
        } else if (sql_is_word(was, "on")) {
            put_parts(run, &out, "on", &tok);
        } else if (sql_is_word(was, "cluster")) {
            json_put_str(&out, "cluster", tok->value);
        } else if (sql_is_word(was, "for")) {
            json_put_str(&out, "for", tok->value);
        } else if (sql_is_word(was, "where")) {
            json_put_str(&out, "where", run->statement->source + tok->start);
            break;
        } else if (sql_is_word(was, "like")) {
            json_put_str(&out, "like", tok->value);
        }
    }
    json_close_object(&out);
    return buf.data;
}

bool query_describe_show(Run *run)
{
    const SqlTok *tok = run->statement->toks + 1;
    const char *kind = list_kind(&tok);
    if (!kind) {
        return vars_describe_show(run);
    }
    const char *const values[] = {kind, list_args(run, kind, tok)};
    if (!session_sync(run)) {
        return false;
    }
    PGresult *sql = session_sql(run, "SELECT standin.show_sql($1, $2::jsonb)", 2, values);
    if (!sql) {
        return false;
    }
    if (PQgetisnull(sql, 0, 0)) {
        return run_fail(run, "0A000", "standin: SHOW %s is not known here", kind);
    }
    run->sql = PQgetvalue(sql, 0, 0);
    return describe_sql(run);
}

bool query_execute_show(Run *run)
{
    const SqlTok *tok = run->statement->toks + 1;
    return list_kind(&tok) ? query_execute(run) : vars_show(run);
}

bool query_explain(Run *run)
{
    return run_fail(run, "0A000", "standin: EXPLAIN is not known here: there are no dataflows");
}
