/*
 * What needs a server is in the program cutover-online alone, with the libraries for it. `cutover` reads files, and becomes
 * cutover-online when more is asked: loading those libraries takes longer than compiling hundreds of models.
 */
#ifndef CUTOVER_ONLINE_H
#define CUTOVER_ONLINE_H

#include "cutover/cli.h"
#include "cutover/config.h"
#include "cutover/dbt.h"

struct Online {
    /* The command of that name that Command.run leaves out. */
    CommandRun *(*run)(const char *name);
    /* dbt_read() where templates ask the database of --materialize. NULL: ERR or DIAGS. */
    DbtProject *(*compile)(const Cli *cli, const EnvironmentConfig *environment,
                           DbtOptions *options, Diags *diags, Err *err);
    /* ls_state() */
    bool (*state)(const Cli *cli, const SelectState **state, Diags *diags, Err *err);
};

#endif
