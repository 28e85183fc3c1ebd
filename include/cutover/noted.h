/*
 * What nobody declares, and a deployment notes: who owns what, the options of clusters beside size and replication
 * factor, and how much history is retained. Green gets production's; what they are when a deployment goes live is what was deployed. Pure.
 */
#ifndef CUTOVER_NOTED_H
#define CUTOVER_NOTED_H

#include "cutover/catalog.h"
#include "cutover/record.h"

/* The role that owned the KIND with this ID when it was deployed, and does not any more; NULL: it still does, or
 * nobody noted who did. */
const char *noted_owner(const Record *record, const Catalog *catalog, const char *kind,
                        const char *id);

/* The options that the KIND with this ID was deployed with, when they are others now; NULL: they are not, or nobody noted
 * them. */
const char *noted_options(const Record *record, const Catalog *catalog, const char *kind,
                          const char *id);

/* OPTIONS of a relation or index as people read them. */
const char *noted_shown(const char *options);

/* What RECORD knows and CATALOG has, with owner and options as they are now, where the record tells of others or of
 * none. */
RecordObjects noted_anew(Arena *arena, const Record *record, const Catalog *catalog);

#endif
