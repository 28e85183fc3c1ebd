/* Whose hands something must be in to be renamed, swapped, altered and dropped by us; pure. */
#ifndef CUTOVER_OWNERS_H
#define CUTOVER_OWNERS_H

#include "cutover/catalog.h"
#include "cutover/record.h"

/* "schema shop belongs to role ada", and what to say to the server so that PLACE is ours; both of ARENA. */
char *owner_text(Arena *arena, const CatalogPlace *place);
char *owner_statement(Arena *arena, const CatalogPlace *place, const char *role);

/* "GRANT ada TO cutover": then all that OWNER has is. */
char *owner_grant(Arena *arena, const char *owner, const char *role);

/* The schema whose name is ENVIRONMENT's generation; no kind: there is none. */
CatalogPlace owner_marker(Arena *arena, const Catalog *catalog, const char *environment);

/* Another database than the one at hand in which a schema bears such a name, or NULL. */
const char *owner_marked_elsewhere(Arena *arena, const Catalog *catalog, const char *environment);

/* Why the server would not let us change NAMES and ENVIRONMENT's marker in one transaction; NULL: it would. */
const char *owner_problem(Arena *arena, const Catalog *catalog, const char *environment,
                          const RecordNames *names);

#endif
