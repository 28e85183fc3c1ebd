/* SHA-256, HMAC-SHA-256 and MD5 (only where dbt's names need it), as lower-case hex in an arena. */
#ifndef CUTOVER_DIGEST_H
#define CUTOVER_DIGEST_H

#include "cutover/arena.h"

#include <stdbool.h>

char *digest_sha256(Arena *arena, const void *bytes, size_t length);
char *digest_hmac_sha256(Arena *arena, const char *key, const void *bytes, size_t length);
char *digest_md5(Arena *arena, const void *bytes, size_t length);

/* Compares two texts in a time that does not tell where they differ. */
bool digest_equal(const char *a, const char *b);

#endif
