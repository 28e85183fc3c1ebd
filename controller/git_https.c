#include "git_https.h"

#include "cutover/buf.h"
#include "cutover/clock.h"
#include "cutover/http_client.h"
#include "cutover/str.h"

#include <git2/sys/transport.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_MAX ((size_t)16 << 20)

/* libgit2 hands nothing of ours to a transport, and a fetch stays on its thread. */
static _Thread_local GitHttps *current;

typedef struct Stream {
    git_smart_subtransport_stream parent;
    Arena *arena;
    const char *url;
    bool post;
    Buf request;
    FILE *answer; /* NULL until the request was sent */
} Stream;

void git_https_use(GitHttps *wire)
{
    current = wire;
}

static bool refuse(ErrKind kind, const char *code, const char *hint, const char *format,
                   const char *name)
{
    err_set(current->arena, &current->err, kind, code, format, name);
    current->err.hint = hint;
    return false;
}

static bool check_status(int status)
{
    const char *name = current->name;
    if (status == 200) {
        return true;
    }
    if (status == 401 || status == 403) {
        return refuse(ERR_DENIED, "CO6003",
                      current->token ? "give the token of the repository read access, or a new one"
                                     : "set token of the repository, or CUTOVER_GIT_TOKEN",
                      "repository %s: the server refuses the credentials", name);
    }
    if (status == 404 || status == 410) {
        return refuse(ERR_NOT_FOUND, "CO6002",
                      "check the address; many servers say this also when a token is missing",
                      "repository %s: the server knows no repository at this address", name);
    }
    refuse(ERR_UNAVAILABLE, "CO6001", "it is tried again", "repository %s cannot be read now",
           name);
    current->err.detail = arena_printf(current->arena, "HTTP status %d", status);
    return false;
}

/* The HTTP client's failure in the words of Git: same kind, Git's code. */
static bool rephrase(const Err *err)
{
    static const struct {
        const char *from, *to, *hint;
    } codes[] = {
        {"CO8001", "CO6007", "set url to https://host/path"},
        {"CO8003", "CO6005", "it is tried again"},
        {"CO8004", "CO6004", "renew the server's certificate, or set ca to its authority"},
        {"CO8005", "CO6006", "raise max_size of the repository"},
        {"CO8006", "CO6007", "set url to where the server redirects"},
    };
    Err *out = &current->err;
    err_set(current->arena, out, err->kind, "CO6001", "repository %s: %s", current->name,
            err->message);
    out->detail = arena_strdup(current->arena, err->detail);
    out->hint = "it is tried again";
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (str_eq(err->code, codes[i].from)) {
            out->code = codes[i].to;
            out->hint = codes[i].hint;
        }
    }
    return false;
}

static bool send_request(Stream *stream)
{
    Err err = {0};
    HttpResponse response;
    HttpRequest request = {.url = stream->url,
                           .username = current->username ? current->username : "x-access-token",
                           .password = current->token,
                           .ca = current->ca,
                           .timeout_ms = current->deadline_ms - clock_ms(),
                           .max_bytes = current->max_size,
                           .sink = stream->answer};
    if (request.timeout_ms <= 0) {
        return refuse(ERR_TIMEOUT, "CO6005", "it is tried again", "repository %s: out of time",
                      current->name);
    }
    if (stream->post) {
        request.body = stream->request.data;
        request.body_length = stream->request.length;
        vec_push(stream->arena, &request.headers,
                 "Content-Type: application/x-git-upload-pack-request");
        vec_push(stream->arena, &request.headers, "Accept: application/x-git-upload-pack-result");
    }
    if (!http_request(stream->arena, &request, &response, &err)) {
        return rephrase(&err);
    }
    return check_status(response.status) && fseek(stream->answer, 0, SEEK_SET) == 0;
}

static int on_read(git_smart_subtransport_stream *base, char *bytes, size_t size, size_t *got)
{
    Stream *stream = (Stream *)base;
    if (!stream->answer) {
        stream->answer = tmpfile();
        if (!stream->answer || !current || !send_request(stream)) {
            return -1;
        }
    }
    *got = fread(bytes, 1, size, stream->answer);
    return ferror(stream->answer) ? -1 : 0;
}

static int on_write(git_smart_subtransport_stream *base, const char *bytes, size_t length)
{
    Stream *stream = (Stream *)base;
    buf_add(&stream->request, bytes, length);
    return stream->request.overflow ? -1 : 0;
}

static void free_stream(git_smart_subtransport_stream *base)
{
    Stream *stream = (Stream *)base;
    if (stream->answer) {
        fclose(stream->answer);
    }
    arena_free(stream->arena);
}

static int on_action(git_smart_subtransport_stream **out, git_smart_subtransport *transport,
                     const char *url, git_smart_service_t action)
{
    if (action != GIT_SERVICE_UPLOADPACK_LS && action != GIT_SERVICE_UPLOADPACK) {
        return -1; /* nothing is ever pushed */
    }
    Arena *arena = arena_new();
    Stream *stream = arena_make(arena, Stream);
    stream->parent = (git_smart_subtransport_stream){transport, on_read, on_write, free_stream};
    stream->arena = arena;
    stream->post = action == GIT_SERVICE_UPLOADPACK;
    stream->url =
        arena_printf(arena, "%s%s", url,
                     stream->post ? "/git-upload-pack" : "/info/refs?service=git-upload-pack");
    stream->request = buf_new(arena, REQUEST_MAX);
    *out = &stream->parent;
    return 0;
}

static int on_close(git_smart_subtransport *transport)
{
    (void)transport;
    return 0;
}

static void free_wire(git_smart_subtransport *transport)
{
    free(transport);
}

static int make_wire(git_smart_subtransport **out, git_transport *owner, void *param)
{
    (void)owner, (void)param;
    *out = malloc(sizeof **out); /* its life is libgit2's business, no arena's */
    if (!*out) {
        return -1;
    }
    **out = (git_smart_subtransport){on_action, on_close, free_wire};
    return 0;
}

bool git_https_install(void)
{
    static git_smart_subtransport_definition definition = {make_wire, 1, NULL};
    return git_transport_register("https", git_transport_smart, &definition) == 0 &&
           git_transport_register("http", git_transport_smart, &definition) == 0;
}
