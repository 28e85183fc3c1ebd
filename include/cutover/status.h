/*
 * Where an environment stands, as one value, and how it is shown: text of `cutover status`, JSON
 * `cutover.status/1` (status_json.h), the status page, metrics. Pure.
 */
#ifndef CUTOVER_STATUS_H
#define CUTOVER_STATUS_H

#include "cutover/err.h"
#include "cutover/json.h"
#include "cutover/pass.h"

typedef enum StatusState {
    STATUS_LIVE,
    STATUS_UNDER_WAY,
    STATUS_BLOCKED,
    STATUS_HELD, /* by a person */
    STATUS_UNKNOWN
} StatusState;

typedef struct Status {
    const char *environment, *repository;
    StatusState state;
    Moment at;                /* the server's time; 0 = unknown */
    int64_t soak;             /* seconds, of the wanted commit */
    const char *passed_by;    /* why WANTED is an earlier commit than the ref says; or NULL */
    const PassCommit *wanted; /* NULL: not resolved */
    const PassResult *pass;   /* NULL: there was none */
    const RecordDeployment
        *deployment; /* under way, else the newest of the wanted commit, or NULL */
    const char
        *denied; /* why what the ref says is not deployed: somebody went back from it; or NULL */
    bool
        back_failed; /* DEPLOYMENT is that way back: it has ended, and what is live is still live */
    const char *error, *hint; /* why the state is unknown or blocked, or NULL */
    Diags diags;              /* findings that block */
} Status;

/* Of a pass over INPUT; ERR tells why RESULT is not there or not whole (kind ERR_NONE: it is). */
Status status_of_pass(Arena *arena, const PassInput *input, const PassResult *result,
                      const Err *err);

/* Of an environment that could not even be asked about: Git or cutover.yaml failed. */
Status status_of_error(Arena *arena, const char *environment, const char *repository,
                       const Diags *diags, const Err *err);

/* "live", "under_way", "blocked", "unknown"; and the exit code 0, 2, 3, 1. */
const char *status_state_name(StatusState state);
int status_exit(StatusState state);

/* The phase that the environment is in for people: the deployment's, or live. */
Phase status_phase(const Status *status);

void status_write_text(Buf *out, const Status *status, bool color);

#endif
