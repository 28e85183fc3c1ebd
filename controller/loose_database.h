/* What templates of a project on disk may ask when it is compiled: the database that --materialize names. */
#ifndef CUTOVER_LOOSE_DATABASE_H
#define CUTOVER_LOOSE_DATABASE_H

#include "session.h"

#include "cutover/introspect.h"

typedef struct LooseDatabase {
    Context context;
    Session session;
    Introspect introspect;
    Database database;
} LooseDatabase;

/* Connects when --materialize is given and the controller's file lets ENVIRONMENT ask. *DATABASE is NULL without
 * --materialize. False: ERR or DIAGS. */
bool loose_database_open(const Cli *cli, const EnvironmentConfig *environment, LooseDatabase *in,
                         const Database **database, Diags *diags, Err *err);

/* Ends it. False and ERR when the server went away. */
bool loose_database_close(LooseDatabase *in, Err *err);

#endif
