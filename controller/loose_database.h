/* What templates of a project on disk may ask when it is compiled: the database that --materialize names. */
#ifndef CUTOVER_LOOSE_DATABASE_H
#define CUTOVER_LOOSE_DATABASE_H

#include "cutover/cli.h"
#include "cutover/config.h"
#include "cutover/dbt.h"

/* dbt_read() with OPTIONS, whose templates ask the database of --materialize where the controller's file lets ENVIRONMENT
 * do so. NULL: ERR when the server cannot be reached or went away, or findings in DIAGS. */
DbtProject *loose_database_read(const Cli *cli, const EnvironmentConfig *environment,
                                DbtOptions *options, Diags *diags, Err *err);

#endif
