/*
 * What a deployment notes beside what it made. What nobody declares: who owns what, the options of clusters beside size and
 * replication factor, how sinks write, and how much history is retained. Green gets production's; what they are when a
 * deployment goes live is what was deployed. And which grants and descriptions Git declared: nothing else tells them from what
 * a person gave, once Git has them no more. Pure.
 */
#ifndef CUTOVER_NOTED_H
#define CUTOVER_NOTED_H

#include "cutover/catalog.h"
#include "cutover/config.h"
#include "cutover/desired.h"
#include "cutover/record.h"

/* The role that owned the KIND with this ID when it was deployed, and does not any more; NULL: it still does, or
 * nobody noted who did. */
const char *noted_owner(const Record *record, const Catalog *catalog, const char *kind,
                        const char *id);

typedef struct NotedChange {
    const char *now, *then; /* as SQL writes them: "SCHEDULE = MANUAL" */
} NotedChange;

typedef VEC(NotedChange) NotedChanges;

/* The options of the KIND with this ID that are others than when it was deployed. */
NotedChanges noted_changes(Arena *arena, const Record *record, const Catalog *catalog,
                           const char *kind, const char *id);

/* Those of them that an ALTER gives back, as they were; NULL: none. */
const char *noted_options(Arena *arena, const Record *record, const Catalog *catalog,
                          const char *kind, const char *id);

/* Of a sink that stands where another was deployed: " with ENVELOPE = upsert, deployed with ENVELOPE = debezium"; "" when
 * they are the same, or not known. */
const char *noted_difference(Arena *arena, const char *now, const char *then);

/* OPTIONS of a relation or index as people read them. */
const char *noted_shown(const char *options);

/* What RECORD knows and CATALOG has, with owner and options as they are now, and with what DESIRED declares of it beside
 * what was declared before, where the record tells of others or of none. DESIRED NULL: what is declared is not known. */
RecordObjects noted_anew(Arena *arena, const Record *record, const Catalog *catalog,
                         const Desired *desired);

/* When all has followed what DESIRED and ENVIRONMENT declare: that alone is noted as declared, and clusters have the size
 * and replication factor that they got, where the record tells of other. */
RecordObjects noted_declared(Arena *arena, const Record *record, const Catalog *catalog,
                             const Desired *desired, const EnvironmentConfig *environment);

/* Git declares, or did when that was noted last, that GRANTEE may do PRIVILEGE on the KIND with this ID. */
bool noted_declares(const Record *record, const char *kind, const char *id, const char *privilege,
                    const char *grantee);

/* LIVE has GRANT since Git declared it, and NODE, which LIVE is of now, does not any more: it is to be taken back. What
 * it would have anyway, as its owner's or by default, stays. */
bool noted_grant_left(const Record *record, const Catalog *catalog, const CatalogObject *live,
                      const DesiredNode *node, const CatalogGrant *grant);

/* Likewise a comment on COLUMN, or on LIVE itself. */
bool noted_comment_left(const Record *record, const CatalogObject *live, const DesiredNode *node,
                        const char *column);

#endif
