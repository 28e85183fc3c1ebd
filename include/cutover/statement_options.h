/*
 * Options of clusters and sinks as the catalog shows them, written as ALTER takes them: in one order and one form, so that equal
 * options are equal texts whatever server shows them.
 */
#ifndef CUTOVER_STATEMENT_OPTIONS_H
#define CUTOVER_STATEMENT_OPTIONS_H

#include "cutover/vec.h"

#include <stdbool.h>

/* Columns of deploy/sql/clusters.sql, of a managed cluster. */
typedef struct ClusterShown {
    const char *interval; /* of introspection; NULL: nothing is looked into */
    bool debugging;
    const char *schedule; /* manual, on-refresh */
    const char *estimate; /* of the time that hydrating takes, or NULL */
    const char *strategy; /* JSON, or NULL */
    StrVec zones;
    const char *workload; /* its class, or NULL */
    int64_t replication_factor;
    const char *size; /* its own: that of a burst while it hydrates is none of its options */
} ClusterShown;

/* All of them, the usual ones too. What is missing is not known: the server shows a value that this version does not know. */
const char *statement_cluster_options(Arena *arena, const ClusterShown *shown);

/* Columns of deploy/sql/objects.sql, of a sink. */
typedef struct SinkShown {
    const char *type;                                 /* kafka, iceberg */
    const char *envelope, *key_format, *value_format; /* NULL: it has none */
    const char *sql;                                  /* the stored CREATE SINK */
} SinkShown;

/* How it writes: "TOPIC = 'daily', KEY = ("day"), FORMAT = json, ENVELOPE = debezium". Of these COMMIT INTERVAL alone, of an
 * Iceberg sink, can be altered: it is written in seconds, whatever unit the server shows. */
const char *statement_sink_options(Arena *arena, const SinkShown *shown);

#endif
