/*
 * Other environments of the same Materialize: their controllers may bear our role, by which alone the audit log tells who
 * made something. What is theirs is told by their rows of the record, and by the comments of their schemas and clusters.
 */
#ifndef CUTOVER_OTHERS_H
#define CUTOVER_OTHERS_H

#include "cutover/catalog.h"
#include "cutover/record.h"

/* Adds to RECORD what ENTRY, of any environment, tells of whose is what. */
void others_fold(Arena *arena, Record *record, const LogEntry *entry);

/* Whatever is of another environment: "<kind>:<id>", and of schemas their schema_key() too. */
typedef struct Others {
    Map found;
} Others;

Others others_find(Arena *arena, const Catalog *catalog, const Record *record);

/* CREATED is theirs, or lies in a schema or on a cluster of theirs. */
bool others_made(Arena *arena, const Catalog *catalog, const Others *others,
                 const CatalogCreation *created);

#endif
