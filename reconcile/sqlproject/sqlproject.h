/*
 * Plain SQL projects as a front end: project.toml, and one object in each models/<database>/<schema>/<name>.sql.
 * What the parts share. Names as SQL writes them are "written"; what a profile's suffix and green names make of
 * them stands in the object's Node.
 */
#ifndef SQLPROJECT_H
#define SQLPROJECT_H

#include "reader.h"

typedef struct SqlObject {
    Node *node;
    RelName written;
    NodeKind kind;
    const char *text; /* of the file, variables filled in */
    SqlToks toks;     /* of TEXT */
    bool found;       /* its CREATE was met */
    bool made;        /* Cutover makes it: no connection, no secret */
    const char *cluster, *options;
    size_t body,
        end; /* tokens of the query, or of what follows the name; END is 0 when it was not understood */
    const char *sql; /* these with names resolved */
    VEC(RelName) reads;
} SqlObject;

typedef struct SqlProject {
    Reader *r;
    const char *suffix; /* behind the names of databases and clusters; "" mostly */
    const Yaml *toml;
    const Yaml *settings; /* the profile's table in it, or NULL */
    VEC(SqlObject *) objects;
    Map by_written;   /* relname_key() to SqlObject * */
    Map dependencies; /* relname_key() of what project.toml says is made elsewhere, to Source * */
} SqlProject;

/* The LENGTH bytes from OFFSET in the object's text, as a place in its file. */
Place sql_place(const SqlObject *object, size_t offset, size_t length);

/* --- sql_files.c ---------------------------------------------------------------------------- */

/* An object for each file below models/, those of other profiles left out. */
void sql_find_objects(SqlProject *p);

/* --- sql_variables.c ------------------------------------------------------------------------ */

/* FILE's text with :name, :'name' and :"name" filled in as the profile says; NULL after a finding. */
const char *sql_fill_variables(SqlProject *p, const File *file);

/* --- sql_statements.c ----------------------------------------------------------------------- */

/* Reads the file of OBJECT: the one CREATE, and what is declared beside it. */
void sql_read_statements(SqlProject *p, SqlObject *object);

/* --- sql_references.c ----------------------------------------------------------------------- */

/* Resolves the names in OBJECT's body: edges, reads, and object->sql. */
void sql_resolve(SqlProject *p, SqlObject *object);

#endif
