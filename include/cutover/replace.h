/*
 * A materialized view that is replaced where it is, once its deployment's marker has moved: what has become of it, from
 * the catalog alone. A replacement that is applied gives its id to the view and loses its name; one that is dropped
 * leaves the view with the id that it had. A seed whose rows change keeps its id, and the record tells instead: before they
 * are sent that they may be there, afterwards that they are.
 */
#ifndef CUTOVER_REPLACE_H
#define CUTOVER_REPLACE_H

#include "cutover/catalog.h"
#include "cutover/record.h"

typedef enum ReplaceState {
    REPLACE_NONE,  /* the deployment replaces nothing */
    REPLACE_READY, /* made, and not applied */
    REPLACE_BEGUN, /* of a seed: its rows may be there by now, so that there is only the way forward */
    REPLACE_APPLIED, /* or the view has gone altogether: drift will tell */
    REPLACE_LOST,    /* neither: somebody dropped it */
} ReplaceState;

typedef struct Replacing {
    ReplaceState state;
    const RecordGreen *green;  /* NULL: REPLACE_NONE */
    RelName target, made;      /* the view, and the replacement while it waits */
    const CatalogObject *live; /* the replacement; NULL unless REPLACE_READY or REPLACE_BEGUN */
} Replacing;

/* What the results are called that tell that the rows of GREEN are sent to its seed, and that they are in it. Whatever
 * the order in which two processes write them down, the second one holds. */
char *replace_begun_key(Arena *arena, const RecordGreen *green);
char *replace_rows_key(Arena *arena, const RecordGreen *green);

/* Rows were sent to KNOWN, a seed, since its digest was recorded, and nobody knows whether they are there. */
bool replace_is_unsure(const Record *record, const RecordObject *known);

/* The id of the view that the object of this KIND and ID waits to replace for D; NULL: none. It will have that one's
 * owner. */
const char *replace_target(const Catalog *catalog, const RecordDeployment *d, const char *kind,
                           const char *id);

Replacing replace_state(const Catalog *catalog, const Record *record, const RecordDeployment *d);

#endif
