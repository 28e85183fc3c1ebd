/* What plan and apply share. */
#ifndef CUTOVER_CMD_PLAN_H
#define CUTOVER_CMD_PLAN_H

#include "session.h"

/* Reads what the command line names and plans it, changing nothing. False: ERR, or findings in DIAGS. */
bool plan_look(const Cli *cli, Session *session, Wanted *wanted, PassResult *result, Diags *diags,
               Err *err);

/* The plan as text or JSON. */
void plan_write(const Cli *cli, Buf *out, const Wanted *wanted, const PassResult *result);
PlanHead plan_head(const Wanted *wanted, const PassResult *result);

/* 0 nothing to do, 2 changes, 3 refused. */
int plan_exit(const Plan *plan);

#endif
