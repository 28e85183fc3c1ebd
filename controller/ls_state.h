/* What `ls` asks Materialize for state:new and state:modified. */
#ifndef CUTOVER_LS_STATE_H
#define CUTOVER_LS_STATE_H

#include "cutover/cli.h"
#include "cutover/select.h"

/* What of the project on disk is not live yet, and what differs from what is. False: ERR or DIAGS. */
bool ls_state(const Cli *cli, const SelectState **state, Diags *diags, Err *err);

#endif
