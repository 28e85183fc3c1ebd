/*
 * A small HTTP server for GET alone: bounded in connections, time and sizes, on a thread of its own. What a
 * path answers is the handler's business, a function from path to text.
 */
#ifndef CUTOVER_HTTP_SERVER_H
#define CUTOVER_HTTP_SERVER_H

#include "cutover/err.h"

#include <stddef.h>

typedef struct HttpAnswer {
    int status;
    const char *type; /* "text/plain; charset=utf-8" */
    const char *body; /* in the arena that was given */
    size_t length;
} HttpAnswer;

/* Called on the server's thread for GET and HEAD of PATH (without a query). */
typedef HttpAnswer (*HttpHandler)(void *ctx, Arena *arena, const char *path);

typedef struct HttpServer HttpServer;

/* Listens on LISTEN ("127.0.0.1:8080", "[::1]:0"; port 0 takes a free one). NULL and ERR (CO8020) when that fails. */
HttpServer *http_server_start(Arena *arena, const char *listen, HttpHandler handler, void *ctx,
                              Err *err);

int http_server_port(const HttpServer *server);

/* Ends it; NULL is accepted. */
void http_server_stop(HttpServer *server);

#endif
