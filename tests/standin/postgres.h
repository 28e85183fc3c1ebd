/*
 * The PostgreSQL that the stand-in owns: made in DIR/pg on first use, started as a child that dies with
 * us, reached over a socket in DIR only. PostgreSQL refuses to run as root, so a stand-in that was
 * started by root runs it as the user `postgres`.
 */
#ifndef STANDIN_POSTGRES_H
#define STANDIN_POSTGRES_H

#include "cutover/err.h"

#include <sys/types.h>

typedef struct Postgres {
    const char *dir;    /* DIR, absolute */
    const char *socket; /* the directory of the socket */
    pid_t pid;
    bool fresh; /* the database was made by this start */
} Postgres;

/* Makes (when new), starts and waits. The texts are owned by ARENA. */
bool postgres_start(Arena *arena, const char *dir, Postgres *pg, Err *err);

/* Stops it and waits for its end. */
void postgres_stop(Postgres *pg);

/* A libpq connection text for the stand-in's database, or for DATABASE. */
const char *postgres_conninfo(Arena *arena, const Postgres *pg, const char *database);

#endif
