/*
 * What the loops have last seen, for whoever looks from outside: status page, API, metrics, health. Each loop
 * pins up its own sheet; nobody waits for a loop, and no answer needs a database. Thread-safe.
 */
#ifndef CUTOVER_BOARD_H
#define CUTOVER_BOARD_H

#include "cutover/http_server.h"
#include "cutover/status.h"

typedef struct Board Board;

Board *board_new(const char *version);
void board_free(Board *board);

/* The loop of ENVIRONMENT is alive; called at the start of each pass. */
void board_beat(Board *board, const char *environment);

/* What a pass of PASS_MS milliseconds saw. ERROR_CLASS (err_kind_name()) is NULL when it went well. */
void board_publish(Board *board, const Status *status, int64_t pass_ms, const char *error_class);

/* The environment is gone. */
void board_remove(Board *board, const char *environment);

/* A fetch of REPOSITORY went well. */
void board_fetched(Board *board, const char *repository);

/* The controller's file is valid; false while an older one stays in force. */
void board_config(Board *board, bool valid);

/* A delivery by NOTIFIER is final; QUEUED messages wait for it. */
void board_told(Board *board, const char *notifier, bool sent);
void board_queued(Board *board, const char *notifier, size_t queued);

/* HttpHandler: /, /api/v1/status, /metrics, /healthz, /readyz. CTX is the board. */
HttpAnswer board_answer(void *ctx, Arena *arena, const char *path);

#endif
