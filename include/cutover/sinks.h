/*
 * Sinks outlive what they read: they lie outside of every side, and are created, recreated or sent to the new input
 * once the names have moved. What is still to be done is derived from the catalog alone, one step after the other, so
 * that a process which ends in between loses nothing; the way back sends them back. Pure.
 */
#ifndef CUTOVER_SINKS_H
#define CUTOVER_SINKS_H

#include "cutover/catalog.h"
#include "cutover/desired.h"
#include "cutover/record.h"

typedef enum SinkAction {
    SINK_NONE,    /* nothing is left to do */
    SINK_CREATE,  /* of NODE */
    SINK_CLAIM,   /* LIVE was made from NODE, but is not recorded */
    SINK_RENEW,   /* LIVE reads FROM, but is recorded with another definition than DIGEST */
    SINK_DROP,    /* LIVE makes way for a new one, or goes with a denied commit */
    SINK_REPOINT, /* LIVE goes on with its new input, which bears the name FROM now */
} SinkAction;

typedef struct SinkStep {
    SinkAction action;
    const RecordSink *sink;
    const CatalogObject *live;
    const DesiredNode *node; /* production rendering; NULL: another commit is wanted by now */
    RelName from;            /* of SINK_REPOINT */
    const char *digest;      /* of SINK_RENEW */
} SinkStep;

typedef struct SinkInput {
    const Catalog *catalog;
    const Record *record;
    const RecordDeployment *deployment; /* its phase tells the direction */
    const Desired *desired;             /* of its commit; NULL when another is wanted by now */
} SinkInput;

/* The first thing to be done for the deployment's sinks. What it points at belongs to INPUT. */
SinkStep sink_next(const SinkInput *input);

/* The record knows SINK; or our role made it for a deployment that is under way, and the process ended before it could
 * note that. */
bool sink_is_ours(const Record *record, const Catalog *catalog, const CatalogObject *sink);

/* The relation that LIVE reads: connections are read, too. NULL: none that CATALOG has. */
const CatalogObject *sink_input(const Catalog *catalog, const CatalogObject *live);

/* The relation that the sink NODE reads, under its production name; no name: it reads none of the project. */
RelName sink_from(const Desired *desired, const DesiredNode *node);

/* The digest of what LIVE was made of, with the FROM that it has now: a process can end between ALTER SINK and its
 * note. NULL: it is not recorded. */
const char *sink_digest(const Record *record, const Catalog *catalog, const CatalogObject *live);

/* The relation that LIVE reads, under its production name, when NODE differs from what it was made of in that alone; no
 * name: something else differs, or nothing. What it points at belongs to RECORD and CATALOG. */
RelName sink_leaves(const Record *record, const Catalog *catalog, const DesiredNode *node,
                    const CatalogObject *live);

/* "repoint", "create", "recreate": RecordSink.action. */
#define SINK_TO_REPOINT "repoint"
#define SINK_TO_CREATE "create"
#define SINK_TO_RECREATE "recreate"

#endif
