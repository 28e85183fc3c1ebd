/*
 * What people have damaged, and what can be proved right again: markers, and the record. Pure. The proof is always
 * that two witnesses agree: the record and the ids that bear production's names, or the marker and the comments of
 * the containers. What only one of them says, a person has to decide.
 */
#ifndef CUTOVER_REPAIR_H
#define CUTOVER_REPAIR_H

#include "cutover/buf.h"
#include "cutover/catalog.h"
#include "cutover/json.h"
#include "cutover/record.h"

typedef enum RepairKind {
    REPAIR_PERSON,        /* nothing can be proved: `advice` */
    REPAIR_MAKE_MARKER,   /* `to` is missing */
    REPAIR_RENAME_MARKER, /* `from` must be `to` */
    REPAIR_MAKE_RECORD,   /* schema and table */
    REPAIR_MAKE_LIVE,     /* the record does not know the generation that the marker tells */
    REPAIR_NOTE_BACK,     /* `deployment` was taken back, as generation `generation` */
    REPAIR_END_WAY_BACK,  /* `deployment` cannot go back any more: what it made live stays */
    REPAIR_END_PASSED, /* `deployment` is told to be under way, and generations ago something else went live */
} RepairKind;

typedef struct RepairFinding {
    RepairKind kind;
    const char *code, *text;
    const char *advice;    /* what is done, or what a person has to do */
    const char *from, *to; /* names of markers */
    int64_t generation;    /* MAKE_LIVE, NOTE_BACK */
    const char *commit8,   /* RENAME_MARKER, MAKE_LIVE */
        *commit; /* MAKE_LIVE; the whole one when a container's comment, the record or Git tells it, else NULL */
    const char *deployment;
} RepairFinding;

typedef struct Repair {
    const char *environment;
    VEC(RepairFinding) findings; /* in the order in which they are repaired */
} Repair;

/* RECORD as it was folded, before a pass corrects it by the marker; KNOWN: the commit in Git that
 * the marker may tell, or NULL. */
Repair *repair_find(Arena *arena, const Catalog *catalog, const Record *record,
                    const char *environment, const char *record_schema, const char *known);

/* The first that can be repaired, or NULL. */
const RepairFinding *repair_first(const Repair *repair);

/* At least one needs a person. */
bool repair_needs_person(const Repair *repair);

void repair_write_text(Buf *out, const Repair *repair);
void repair_write_json(JsonOut *out, const Repair *repair);

#endif
