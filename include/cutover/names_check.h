/* What a transaction of names would meet, asked right before it is sent; pure. */
#ifndef CUTOVER_NAMES_CHECK_H
#define CUTOVER_NAMES_CHECK_H

#include "cutover/catalog.h"
#include "cutover/proof.h"
#include "cutover/record.h"

/* What of ours lies in a schema or on a cluster: how many objects under the names that they were made for, or that a transaction
 * knows or has given them; and one that bears another, with the name that is due. */
typedef struct NamesHeld {
    int64_t count;
    const CatalogObject *misnamed; /* or NULL */
    const char *due;
} NamesHeld;

/* Of the container KIND and ID; MOVED: the transaction of NAMES has been carried out. Nothing, when it is no container. */
NamesHeld names_held(const Catalog *catalog, const Record *record, const RecordNames *names,
                     bool moved, const char *kind, const char *id);

/* Every name that is to be given away is borne by the id that was recorded for it, and what goes live is as whole as it was when
 * that was decided. */
bool names_hold(const Catalog *catalog, const Record *record, const RecordNames *names);

/* Something that nobody has recorded lies in the schemas or on the clusters that go live by NAMES: it would go live with them. */
bool names_bring_strangers(const Catalog *catalog, const Record *record, const RecordNames *names);

/*
 * Since EVENT of the audit log somebody has made something on the old side of NAMES, or something that reads it: no plan has
 * judged it, and it would lose its name, or go on reading what is old. CATALOG's creations begin at EVENT or before; -1:
 * nobody knows when NAMES were decided on, and nothing counts as new.
 */
bool names_meet_newcomers(const Catalog *catalog, const Record *record, const RecordNames *names,
                          int64_t event);

/* What NAMES make live and was recorded for REL, whatever somebody calls it since; NULL: they concern no such object. */
const CatalogObject *names_made_live(const Catalog *catalog, const Record *record,
                                     const RecordNames *names, RelName rel);

/* What goes live by NAMES, as a proof asks for it: each object with what bears its name until then. Lives as long as ARENA. */
ProofObjects names_going_live(Arena *arena, const Catalog *catalog, const RecordNames *names);

#endif
