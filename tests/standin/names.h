/*
 * The names of the catalog as of its last change: what the resolver looks up. Read from PostgreSQL once
 * after each change and shared by all sessions, counted.
 */
#ifndef STANDIN_NAMES_H
#define STANDIN_NAMES_H

#include "session.h"

typedef struct NameSchema {
    const char *id, *database_id, *name, *physical; /* database_id NULL: the system's */
} NameSchema;

typedef struct NameItem {
    const char *id, *name, *type, *cluster_id;
    const NameSchema *schema;
    bool relation;
} NameItem;

typedef struct NameCluster {
    const char *id, *name;
    int replicas;
} NameCluster;

/* The names of now; give them back with names_release(). Never NULL. */
Names *names_get(Server *server);
void names_release(Server *server, Names *names);

/* Reads them anew; to be called after each change of the catalog. */
bool names_reload(Server *server, Arena *arena, Err *err);

const char *names_database(const Names *names, const char *name); /* its id, or NULL */
const NameCluster *names_cluster(const Names *names, const char *name);
/* A schema of the database with this id, or the system's. */
const NameSchema *names_schema(const Names *names, const char *database_id, const char *name);
const NameItem *names_item(const Names *names, const NameSchema *schema, const char *name);
const NameItem *names_item_by_id(const Names *names, const char *id);

const NameCluster *names_cluster_by_id(const Names *names, const char *id);
/* "db.schema.item" */
const char *names_full(const Names *names, Arena *arena, const NameItem *item);

/* Ids of the items in a schema. */
void names_items_in(const Names *names, Arena *arena, const NameSchema *schema, StrVec *ids);

/* Is NAME(...) a function that the stand-in has of its own, in schema `standin`? */
bool names_own_function(const Names *names, const char *name);

/* Does one of the items read a materialized view, directly or not? */
bool names_reads_materialized(Server *server, Arena *arena, const StrVec *ids);

#endif
