/*
 * Drift: what in Materialize is no longer as the live commit was deployed, not by Cutover. Pure: the
 * project at the live commit, the record and the catalog are compared; who did it and when, from
 * mz_audit_events, is filled in by deploy/.
 */
#ifndef CUTOVER_DRIFT_H
#define CUTOVER_DRIFT_H

#include "cutover/catalog.h"
#include "cutover/config.h"
#include "cutover/desired.h"
#include "cutover/json.h"
#include "cutover/record.h"

typedef struct DriftItem {
    const char *kind;   /* definitions | indexes | grants | clusters | comments | other */
    const char *object; /* as people read it: "shop.daily", a cluster's or schema's name */
    const char *what;   /* "view dropped", "cluster has size 100cc, deployed as 50cc" */
    const char *id; /* that the audit log knows: of what was recorded, or of what lies there now */
    const char *audit_type;  /* object_type of mz_audit_events */
    const char *audit_event; /* create, drop, alter, revoke, comment, owner */
    Moment at;               /* of the audit event; 0 = not known */
    const char *by;          /* role, or NULL */
    const char *fix;         /* what a person can do; NULL: a healing brings it back */
} DriftItem;

typedef VEC(DriftItem) DriftItems;

typedef struct DriftInput {
    const Desired *desired; /* of the live commit, production names */
    const Catalog *catalog;
    const Record *record;
    const EnvironmentConfig *environment; /* of the live commit */
} DriftInput;

/* What differs, in the order of the project: clusters, schemas, then objects with their indexes, grants and
 * comments. Right only while no deployment stands between its cutover and its end. What was never recorded
 * under a name (a source that was there before) is not judged; what lies in a schema that has gone is not
 * listed one by one. */
DriftItems drift_find(Arena *arena, const DriftInput *input);

/* Those of ITEMS that people are told of as the environment says: all but what is only reported. */
DriftItems drift_alerted(Arena *arena, const DriftItems *items,
                         const EnvironmentConfig *environment);

/* There is drift, and all of it is of kinds that are to be healed: a deployment of the live commit brings back
 * everything at once. */
bool drift_heals(const DriftItems *items, const EnvironmentConfig *environment);

/* The same for equal drift, whoever made it: tells whether people have heard of it. "" without drift. */
const char *drift_digest(Arena *arena, const DriftItems *items);

/* A line each: object, what, time, role, fix. And an array of {object, kind, what, seen_at?, by?, fix?}. */
void drift_write_text(Buf *out, const DriftItems *items);
void drift_write_json(JsonOut *out, const DriftItems *items);

#endif
