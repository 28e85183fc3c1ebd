/* Git's smart HTTP over our own client, because libgit2's has no deadlines and only old TLS. */
#ifndef CUTOVER_GIT_HTTPS_H
#define CUTOVER_GIT_HTTPS_H

#include "cutover/err.h"

#include <stdint.h>

/* What one fetch may use, and why it failed. Belongs to the thread that fetches. */
typedef struct GitHttps {
    Arena *arena; /* of ERR's texts */
    const char *name, *username, *token, *ca;
    int64_t deadline_ms; /* clock_ms() */
    int64_t max_size;
    Err err; /* kind ERR_NONE: not the wire's fault */
} GitHttps;

/* Takes the place of libgit2's transports for https:// and http://. */
bool git_https_install(void);

/* From now on this thread's fetches use WIRE; NULL ends it. */
void git_https_use(GitHttps *wire);

#endif
