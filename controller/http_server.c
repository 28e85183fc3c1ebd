#include "cutover/http_server.h"

#include "cutover/str.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <string.h>

enum { CONNECTIONS = 64, TIMEOUT_S = 15, MEMORY = 32768 };

struct HttpServer {
    struct MHD_Daemon *daemon;
    HttpHandler handler;
    void *ctx;
};

static enum MHD_Result respond(struct MHD_Connection *connection, const HttpAnswer *answer)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->length, (void *)(uintptr_t)answer->body, MHD_RESPMEM_MUST_COPY);
    if (!response) {
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", answer->type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(
        response, "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    enum MHD_Result done = MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return done;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    static int begun;
    (void)version, (void)upload;
    HttpServer *server = arg;
    if (!*state) { /* the head has come; a body, if any, is read over and answered by 405 below */
        *state = &begun;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    Arena *arena = arena_new();
    HttpAnswer answer = {405, "text/plain; charset=utf-8", "only GET\n", 9};
    if (str_eq(method, "GET") || str_eq(method, "HEAD")) {
        answer = server->handler(server->ctx, arena, path);
    }
    enum MHD_Result done = respond(connection, &answer);
    arena_free(arena);
    return done;
}

/* "[::1]:80" and "host:80" in two parts. */
static bool split_address(Arena *arena, const char *listen, const char **host, const char **port)
{
    const char *colon = strrchr(listen, ':');
    if (!colon) {
        return false;
    }
    size_t length = (size_t)(colon - listen);
    bool bracket = length >= 2 && listen[0] == '[' && listen[length - 1] == ']';
    *host = arena_strndup(arena, listen + bracket, length - 2 * (size_t)bracket);
    *port = colon + 1;
    return true;
}

static struct MHD_Daemon *start_on(HttpServer *server, const struct addrinfo *address)
{
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
    flags |= address->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0;
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR,
                            address->ai_addr, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_END);
}

HttpServer *http_server_start(Arena *arena, const char *listen, HttpHandler handler, void *ctx,
                              Err *err)
{
    const char *host = NULL, *port = NULL;
    struct addrinfo *list = NULL;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    HttpServer *server = arena_make(arena, HttpServer);
    server->handler = handler;
    server->ctx = ctx;
    if (!split_address(arena, listen, &host, &port) ||
        getaddrinfo(str_empty(host) ? NULL : host, port, &hints, &list) != 0) {
        err_set(arena, err, ERR_INPUT, "CO8020", "\"%s\" is not an address to listen on", listen);
        err->hint = "write host:port, e.g. 127.0.0.1:8080, or none";
        return NULL;
    }
    server->daemon = start_on(server, list);
    int reason = errno;
    freeaddrinfo(list);
    if (!server->daemon) {
        err_set(arena, err, ERR_UNAVAILABLE, "CO8020", "cannot listen on %s: %s", listen,
                strerror(reason));
        err->hint = "set http.listen and http.metrics of the controller's file";
        return NULL;
    }
    return server;
}

int http_server_port(const HttpServer *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

void http_server_stop(HttpServer *server)
{
    if (server) {
        MHD_stop_daemon(server->daemon);
    }
}
