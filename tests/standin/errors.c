#include "errors.h"

#include "names.h"

#include "cutover/str.h"

#include <stdlib.h>
#include <string.h>

/* Codes of PostgreSQL that are XX000 in Materialize. Others stay: data errors, syntax, cancel. */
static const char *const unstructured[] = {"42P01", "42703", "3F000", "42704", "42P07", "42710",
                                           "42804", "42P02", "42P10", "42803", "42P18", "42725",
                                           "42846", "2BP01", "42809", "42P16", "42611", "55000"};

static const char *between_quotes(Arena *arena, const char *text)
{
    const char *start = strchr(text, '"'), *end = strrchr(text, '"');
    return start && end > start ? arena_strndup(arena, start + 1, (size_t)(end - start - 1)) : text;
}

static void translate(Run *run, Err *err)
{
    const char *code = err->sqlstate;
    if (strcmp(code, "42883") == 0 && str_starts(err->message, "function ")) {
        const char *name = err->message + strlen("function ");
        size_t length = strcspn(name, "(");
        err->message =
            arena_printf(run->arena, "function \"%.*s\" does not exist", (int)length, name);
        err->hint = "No function matches the given name and argument types. You might need to add "
                    "explicit type casts.";
        strcpy(err->sqlstate, "XX000");
    } else if (strcmp(code, "42P01") == 0) {
        err->message = arena_printf(run->arena, "unknown catalog item '%s'",
                                    between_quotes(run->arena, err->message));
    } else if (strcmp(code, "42703") == 0 && str_starts(err->message, "column ") &&
               !strchr(err->message, '"')) { /* column a.b does not exist */
        const char *name = err->message + strlen("column ");
        err->message = arena_printf(run->arena, "column \"%.*s\" does not exist",
                                    (int)strcspn(name, " "), name);
    } else if (str_starts(code, "22") && run->refs.count > 0 &&
               names_reads_materialized(run->session->server, run->arena, &run->refs)) {
        err->message = arena_printf(run->arena, "Evaluation error: %s", err->message);
        strcpy(err->sqlstate, "XX000");
    }
    for (size_t i = 0; i < sizeof unstructured / sizeof *unstructured; i++) {
        if (strcmp(code, unstructured[i]) == 0) {
            strcpy(err->sqlstate, "XX000");
        }
    }
}

void errors_from_result(Run *run, const PGresult *result, bool own)
{
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (!code) {
        run_fail(run, "57P01", "standin: PostgreSQL is gone: %s", PQresultErrorMessage(result));
        return;
    }
    run_fail(run, "XX000", "%s", message ? message : "");
    memcpy(run->err.sqlstate, code, 6);
    run->err.detail = arena_strdup(run->arena, PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
    run->err.hint = arena_strdup(run->arena, PQresultErrorField(result, PG_DIAG_MESSAGE_HINT));
    bool raised = own && PQresultErrorField(result, PG_DIAG_CONTEXT) &&
                  strstr(PQresultErrorField(result, PG_DIAG_CONTEXT), "standin.fail");
    if (strcmp(code, "42601") == 0 && PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION)) {
        run->err.line = atoi(PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION));
    }
    if (!raised) {
        run->err.hint = NULL;
        translate(run, &run->err);
    }
}
