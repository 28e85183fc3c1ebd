#include "cutover/http_client.h"

#include "cutover/buf.h"
#include "cutover/stop.h"
#include "cutover/str.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum { TIMEOUT_MS = 30000, CONNECT_MS = 10000, MAX_BYTES = 1 << 20, MAX_REDIRECTS = 3 };

/* What the callbacks of one request share. */
typedef struct Transfer {
    const HttpRequest *request;
    Buf body;
    int64_t received, limit;
    bool too_large;
} Transfer;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static char *url_part(Arena *arena, CURLU *url, CURLUPart part)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) {
        return NULL;
    }
    char *copy = arena_strdup(arena, text);
    curl_free(text);
    return copy;
}

char *http_host(Arena *arena, const char *url)
{
    CURLU *parsed = curl_url();
    char *host = NULL;
    if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK) {
        host = arena_printf(arena, "%s://%s:%s", url_part(arena, parsed, CURLUPART_SCHEME),
                            url_part(arena, parsed, CURLUPART_HOST),
                            url_part(arena, parsed, CURLUPART_PORT));
    }
    curl_url_cleanup(parsed);
    if (!host) {
        return arena_strdup(arena, "an address that is none");
    }
    if (str_starts(host, "https://") && str_ends(host, ":443")) {
        host[strlen(host) - 4] = '\0';
    } else if (str_starts(host, "http://") && str_ends(host, ":80")) {
        host[strlen(host) - 3] = '\0';
    }
    return host;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    Transfer *transfer = arg;
    size_t length = size * count;
    transfer->received += (int64_t)length;
    if (transfer->received > transfer->limit) {
        transfer->too_large = true;
        return 0;
    }
    if (transfer->request->sink) {
        return fwrite(bytes, 1, length, transfer->request->sink);
    }
    buf_add(&transfer->body, bytes, length);
    return length;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)arg, (void)a, (void)b, (void)c, (void)d;
    return stop_requested() ? 1 : 0;
}

static void free_list(void *list)
{
    curl_slist_free_all(list);
}

/* Without the Expect header a POST over 1 KiB would wait for a 100 that many servers never send. */
static struct curl_slist *header_list(Arena *arena, const HttpRequest *request)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    vec_each (const char *, header, &request->headers) {
        list = curl_slist_append(list, *header);
    }
    arena_defer(arena, free_list, list);
    return list;
}

static void set_tls(CURL *curl, const char *ca)
{
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (ca) {
        struct curl_blob blob = {(void *)(uintptr_t)ca, strlen(ca), CURL_BLOB_COPY};
        curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
}

static void set_request(Arena *arena, CURL *curl, const HttpRequest *request)
{
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, header_list(arena, request));
    if (request->body) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    }
    if (request->password) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, request->username ? request->username : "");
        curl_easy_setopt(curl, CURLOPT_PASSWORD, request->password);
    }
}

static void set_bounds(CURL *curl, const HttpRequest *request, Transfer *transfer)
{
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NETRC, CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "cutover/" CUTOVER_VERSION);
    int64_t timeout = request->timeout_ms > 0 ? request->timeout_ms : TIMEOUT_MS;
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

static const struct {
    CURLcode code;
    ErrKind kind;
    const char *number, *what;
} failures[] = {
    {CURLE_URL_MALFORMAT, ERR_INPUT, "CO8001", "is not an address of http or https"},
    {CURLE_UNSUPPORTED_PROTOCOL, ERR_INPUT, "CO8001", "is not an address of http or https"},
    {CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT, "CO8003", "did not answer in time"},
    {CURLE_PEER_FAILED_VERIFICATION, ERR_DENIED, "CO8004", "has a certificate that is not valid"},
    {CURLE_SSL_CACERT_BADFILE, ERR_INPUT, "CO8004",
     "cannot be checked: the authority's file is bad"},
    {CURLE_ABORTED_BY_CALLBACK, ERR_CANCELLED, "CO8007", "was not awaited: the process ends"},
};

static bool explain(Arena *arena, CURLcode code, const Transfer *transfer, const char *url,
                    const char *detail, Err *err)
{
    const char *host = http_host(arena, url);
    if (transfer->too_large) {
        return err_set(arena, err, ERR_LIMIT, "CO8005",
                       "the answer of %s is larger than %lld bytes", host,
                       (long long)transfer->limit);
    }
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        if (failures[i].code == code) {
            err_set(arena, err, failures[i].kind, failures[i].number, "%s %s", host,
                    failures[i].what);
            err->detail = str_empty(detail) ? NULL : arena_strdup(arena, detail);
            return false;
        }
    }
    err_set(arena, err, ERR_UNAVAILABLE, "CO8002", "%s cannot be reached", host);
    err->detail = arena_strdup(arena, str_empty(detail) ? curl_easy_strerror(code) : detail);
    return false;
}

/* Where a redirect leads, when it stays on the same server; NULL and ERR when not. */
static const char *redirect(Arena *arena, CURL *curl, const char *from, Err *err)
{
    char *to = NULL;
    curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &to);
    if (!to || !str_eq(http_host(arena, to), http_host(arena, from))) {
        err_set(arena, err, ERR_INPUT, "CO8006", "%s redirects to %s, which is not followed",
                http_host(arena, from), to ? http_host(arena, to) : "nowhere");
        err->hint = "set the address that it redirects to";
        return NULL;
    }
    return arena_strdup(arena, to);
}

static void read_answer(CURL *curl, Transfer *transfer, HttpResponse *response)
{
    long status = 0;
    curl_off_t wait = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait);
    response->status = (int)status;
    response->retry_after = wait > 0 ? (int64_t)wait : -1;
    response->body = transfer->body.data ? transfer->body.data : "";
    response->length = transfer->body.length;
}

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool empty_file(FILE *file)
{
    return fflush(file) == 0 && ftruncate(fileno(file), 0) == 0 && fseek(file, 0, SEEK_SET) == 0;
}

static bool perform(Arena *arena, CURL *curl, Transfer *transfer, HttpResponse *response, Err *err)
{
    const char *url = transfer->request->url;
    for (int hops = 0;; hops++) {
        char detail[CURL_ERROR_SIZE] = "";
        buf_reset(&transfer->body);
        transfer->received = 0;
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
        curl_easy_setopt(curl, CURLOPT_URL, url);
        CURLcode code = curl_easy_perform(curl);
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
        if (code != CURLE_OK) {
            return explain(arena, code, transfer, url, detail, err);
        }
        read_answer(curl, transfer, response);
        if (!is_redirect(response->status) || transfer->request->body || hops >= MAX_REDIRECTS) {
            return true;
        }
        url = redirect(arena, curl, url, err);
        if (!url) {
            return false;
        }
        if (transfer->request->sink && !empty_file(transfer->request->sink)) {
            return err_set(arena, err, ERR_INTERNAL, "CO8002",
                           "a temporary file cannot be emptied");
        }
    }
}

bool http_request(Arena *arena, const HttpRequest *request, HttpResponse *response, Err *err)
{
    pthread_once(&once, start_curl);
    *response = (HttpResponse){.retry_after = -1};
    CURL *curl = curl_easy_init();
    if (!curl) {
        return err_set(arena, err, ERR_INTERNAL, "CO8002", "the HTTP library cannot start");
    }
    Arena *scratch = arena_new();
    Transfer transfer = {.request = request,
                         .limit = request->max_bytes > 0 ? request->max_bytes : MAX_BYTES};
    transfer.body = buf_new(arena, request->sink ? 1 : (size_t)transfer.limit + 1);
    set_bounds(curl, request, &transfer);
    set_tls(curl, request->ca);
    set_request(scratch, curl, request);
    bool done = perform(arena, curl, &transfer, response, err);
    curl_easy_cleanup(curl);
    arena_free(scratch);
    return done;
}
