/*
 * Who owns what: as it was deployed, which the record tells, against as it is. No project declares owners: green gets
 * production's, and what they are when a deployment goes live is what was deployed. Pure.
 */
#ifndef CUTOVER_OWNERS_H
#define CUTOVER_OWNERS_H

#include "cutover/catalog.h"
#include "cutover/record.h"

/* The role that owned the KIND with this ID when it was deployed, and does not any more; NULL: it still does, or
 * nobody noted who did. */
const char *owner_deployed(const Record *record, const Catalog *catalog, const char *kind,
                           const char *id);

/* What RECORD knows and CATALOG has, with the owner that it has now, where the record tells of another or of none. */
RecordObjects owners_to_note(Arena *arena, const Record *record, const Catalog *catalog);

#endif
