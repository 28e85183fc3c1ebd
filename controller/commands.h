/* The commands, one file a group; cli.c's table names them. Each returns the exit code. */
#ifndef CUTOVER_COMMANDS_H
#define CUTOVER_COMMANDS_H

#include "cutover/cli.h"

int cmd_version(const Cli *cli);
int cmd_help(const Cli *cli);
int cmd_completion(const Cli *cli);
int cmd_compile(const Cli *cli);
int cmd_ls(const Cli *cli);
int cmd_validate(const Cli *cli);
int cmd_init(const Cli *cli);

/* Whether they talk to a server, as the flags say. */
bool compile_asks(const Cli *cli);
bool ls_asks(const Cli *cli);

/* Those of cutover-online. */
int cmd_plan(const Cli *cli);
int cmd_apply(const Cli *cli);
int cmd_run(const Cli *cli);
int cmd_status(const Cli *cli);
int cmd_request(const Cli *cli); /* approve, abort, hold, resume, promote, rollback */
int cmd_drift(const Cli *cli);
int cmd_doctor(const Cli *cli);
int cmd_repair(const Cli *cli);
int cmd_adopt(const Cli *cli);
int cmd_history(const Cli *cli);
int cmd_show(const Cli *cli);
int cmd_notify(const Cli *cli);

#endif
