/* dbt's manifest.json as a front end: what its files share. */
#ifndef MANIFEST_H
#define MANIFEST_H

#include "reader.h"

typedef struct Manifest {
    Reader *r;
    const char *path; /* of the file, for findings */
    const Json *json;
    Map sources;         /* unique id to Source * */
    Map json_by_id;      /* unique id of a node that is read, to its Json * */
    Map unreadable;      /* unique id of a macro that cannot be parsed, to its findings (Diags *) */
    size_t wanted, bare; /* models and tests; those of them without compiled SQL */
    const char *bare_one; /* the first of these */
} Manifest;

/* Adds a finding about the manifest as a whole. */
Diag *manifest_finding(const Manifest *m, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The package NAME, made when it is met first. */
Package *manifest_package(Manifest *m, const char *name);

/* Where PATH of PACKAGE lies among the project's files. */
const char *manifest_file(const Manifest *m, const Package *package, const char *path);

/* --- manifest_nodes.c ----------------------------------------------------------------------- */

/* Sources, models, seeds and tests, with edges and relations. False after a finding. */
bool manifest_nodes(Manifest *m);

/* --- manifest_stale.c ----------------------------------------------------------------------- */

/* Findings where the manifest was made from other files than those beside it, or for another target. */
void manifest_check_stale(Manifest *m);

#endif
