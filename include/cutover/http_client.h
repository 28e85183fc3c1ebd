/*
 * One HTTP request, bounded in time and size. Only http and https; certificates are always checked;
 * redirects are followed for GET and only within the same scheme, host and port, so that a token never
 * travels to another host. Errors name the host, never the path: a path may be the secret.
 */
#ifndef CUTOVER_HTTP_CLIENT_H
#define CUTOVER_HTTP_CLIENT_H

#include "cutover/err.h"
#include "cutover/vec.h"

#include <stdint.h>
#include <stdio.h>

typedef struct HttpRequest {
    const char *url;
    const char *body; /* NULL: GET, else POST */
    size_t body_length;
    StrVec headers;                  /* "Content-Type: application/json" */
    const char *username, *password; /* basic authentication when PASSWORD is set */
    const char *ca;                  /* PEM text that replaces the system's authorities, or NULL */
    int64_t timeout_ms;              /* for the whole request; 0: 30 s */
    int64_t max_bytes;               /* of the answer; 0: 1 MiB */
    FILE *sink;                      /* where the answer's body goes instead of memory, or NULL */
} HttpRequest;

typedef struct HttpResponse {
    int status;
    const char *body; /* NUL-terminated; "" when it went to the sink */
    size_t length;
    int64_t retry_after; /* seconds; -1 when the server did not say */
} HttpResponse;

/* True when the server answered, whatever the status. Else ERR: CO8001 address, CO8002 not reachable,
 * CO8003 time, CO8004 certificate, CO8005 size, CO8006 redirect, CO8007 the process ends. */
bool http_request(Arena *arena, const HttpRequest *request, HttpResponse *response, Err *err);

/* "https://host:port" of an address, for messages. */
char *http_host(Arena *arena, const char *url);

#endif
