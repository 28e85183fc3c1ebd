/*
 * Is green hydrated and fresh? A pure judgement over one catalog snapshot (docs/design.md section
 * 5). That it holds for some seconds on end is for the caller to see: it asks again with the same
 * `since`.
 */
#ifndef CUTOVER_PROOF_H
#define CUTOVER_PROOF_H

#include "cutover/catalog.h"

/* One object that must be ready. */
typedef struct ProofObject {
    const char
        *id; /* of an index, materialized view, source or sink; views and tables are always ready */
    const char
        *blue; /* id of its live counterpart, or NULL: "no worse than blue" counts as fresh */
} ProofObject;

typedef VEC(ProofObject) ProofObjects;

typedef struct ProofInput {
    const Catalog *catalog;
    ProofObjects objects;
    StrVec clusters;  /* ids of green clusters; those that hold nothing need no replica */
    int64_t max_lag;  /* microseconds */
    int64_t max_ooms; /* out-of-memory kills of a replica within an hour that are a loop; 0: 3 */
    Moment since;     /* when the proof began: a replica that went offline later is not proved */
} ProofInput;

typedef struct ProofCluster {
    const char *id, *name;
    int64_t replicas_wanted, replicas_online; /* steady ones */
    size_t total, hydrated, fresh;            /* objects */
    bool lag_known;                           /* of all of them */
    int64_t lag;                              /* microseconds, the worst known one */
    StrVec waiting; /* dotted names of what is not hydrated or fresh yet */
    bool ready;
} ProofCluster;

typedef struct Proof {
    bool ready;
    bool failed;     /* waiting on will not help: out of memory, data errors, no replicas, gone */
    bool settling;   /* `since` must be taken anew: a replica or the server restarted after it */
    StrVec failures; /* texts for people */
    StrVec waits;    /* texts for people: what is missing still */
    StrVec
        notes; /* accepted with a word: data errors that blue has too, lag no worse than blue's */
    size_t total, hydrated;
    VEC(ProofCluster) clusters;
} Proof;

Proof *proof_make(Arena *arena, const ProofInput *input);

#endif
