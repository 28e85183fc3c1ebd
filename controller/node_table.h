/* `cutover compile -o json`: what is deployed, and every node as dbt's manifest has it. */
#ifndef CONTROLLER_NODE_TABLE_H
#define CONTROLLER_NODE_TABLE_H

#include "cutover/buf.h"
#include "cutover/dbt.h"

/* One document, `cutover.nodes/1`. */
void node_table_write(Buf *out, const DbtProject *project);

#endif
