/*
 * What a DDL statement says, as the arguments of standin.ddl(kind, args, text). All of ARGS is optional
 * but what the kind needs:
 *
 *   name            parts of the object's name: ["db", "schema", "item"], as many as were written
 *   names           the same, several: of DROP, GRANT, REVOKE
 *   type            as mz_objects.type, or schema, cluster, database, role, column
 *   if_not_exists, if_exists, or_replace, temporary, cascade, default, all_tables   booleans
 *   to, with        the other name of a rename, a swap
 *   owner, text, column, cluster, verb (GRANT or REVOKE), object_type (TABLES, ...)
 *   options         {"SIZE": "25cc", ...} of a cluster
 *   columns         the column list, for PostgreSQL
 *   query           for PostgreSQL; raw_query as written; resolved with ids; refs the ids it reads
 *   on, keys        of an index: name parts, texts of the expressions (absent: DEFAULT)
 *   source, reference   of a table FROM SOURCE; target: of a REPLACEMENT
 *   privileges, roles, for_roles, in_schema   of GRANT, REVOKE, ALTER DEFAULT PRIVILEGES
 */
#ifndef STANDIN_DDL_ARGS_H
#define STANDIN_DDL_ARGS_H

#include "session.h"

typedef struct DdlStatement {
    DdlCall call;
    const char *tag;
    StatementClass class;
} DdlStatement;

/* The tag and class need no more than the statement's words. */
void ddl_classify(Arena *arena, const SqlTok *toks, DdlStatement *out);

/* Parses the run's statement; resolves its query. */
bool ddl_parse(Run *run, DdlStatement *out);

#endif
