/* What the record tells by itself, with no commit to compare it with. */
#include "pass_internal.h"

#include "deploy_sql.h"

#include "cutover/str.h"

bool pass_environments(Arena *arena, Pg *pg, StrVec *names, Err *err)
{
    StrVec params = {0};
    PgResult schemas = {0};
    *names = (StrVec){0};
    vec_push(arena, &params, pg_database(pg));
    if (!pg_query(pg, arena, sql_markers, &params, PASS_STATEMENT_MS, &schemas, err)) {
        return false;
    }
    for (size_t i = 0; i < schemas.rows.count; i++) {
        const char *name = marker_environment(arena, schemas.rows.items[i][0]);
        if (name && !str_in(names, name)) {
            vec_push(arena, names, name);
        }
    }
    return true;
}

bool pass_look_back(Arena *arena, Pg *pg, const PassInput *input, PassResult *result, Err *err)
{
    Pass *pass = arena_make(arena, Pass);
    *result = (PassResult){.diags = diags_new(arena), .live_generation = -1};
    *pass = (Pass){.arena = arena, .pg = pg, .in = input, .own = input->environment, .out = result};
    if (!pass_observe(pass, err)) {
        return false;
    }
    result->live = record_generation(result->record, pass->marker.generation);
    return true;
}
