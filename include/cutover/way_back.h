/* Whether the way back from a cutover can be taken, as far as names and ids tell; pure. */
#ifndef CUTOVER_WAY_BACK_H
#define CUTOVER_WAY_BACK_H

#include "cutover/catalog.h"
#include "cutover/record.h"

/* What the cutover's transaction would undo: BACK without what has gone out of production since, as a whole. */
RecordNames way_back_names(Arena *arena, const Catalog *catalog, const RecordNames *back);

/* Why BACK, the way back from D's cutover, cannot be taken: what it leads to is not complete, or its names are others', or
 * another role owns what it renames. In words
 * of ARENA; NULL: it can. */
const char *way_back_problem(Arena *arena, const Catalog *catalog, const Record *record,
                             const RecordDeployment *d, const RecordNames *back);

#endif
