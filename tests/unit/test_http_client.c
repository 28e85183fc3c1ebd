/* Requests that leave the process: bounded, and never telling an address's path. */
#include "check.h"
#include "child.h"

#include "cutover/files_disk.h"
#include "cutover/http_client.h"
#include "cutover/json.h"
#include "cutover/str.h"

static void a_post_arrives_and_is_answered(void **state)
{
    Arena *arena = *state;
    const char *log = arena_printf(arena, "%s/log", child_folder(arena));
    Child *server =
        child_server(arena, "receiver.py",
                     arena_printf(arena, "--log %s --fail 1 --status 429 --retry-after 7", log));
    HttpRequest request = {.body = "{\"text\":\"hi\"}", .body_length = 13};
    request.url = arena_printf(arena, "http://127.0.0.1:%d/services/x", server->port);
    vec_push(arena, &request.headers, "Content-Type: application/json");
    HttpResponse response;
    Err err = {0};
    CHECK(http_request(arena, &request, &response, &err));
    CHECK_INT(response.status, 429);
    CHECK_INT(response.retry_after, 7);
    CHECK(http_request(arena, &request, &response, &err));
    CHECK_INT(response.status, 200);
    CHECK_STR(response.body, "ok");
    const File *lines = files_disk_one(arena, log, 0, &err);
    Json *first = json_parse(arena, lines->text, strcspn(lines->text, "\n"), &err);
    CHECK_STR(json_get_str(json_get(first, "body"), "text"), "hi");
    CHECK_STR(json_get_str(first, "path"), "/services/x");
}

static void failures_name_the_host_alone(void **state)
{
    static const struct {
        const char *url, *code, *message;
        ErrKind kind;
    } cases[] = {
        {"http://127.0.0.1:1/services/geheim", "CO8002", "http://127.0.0.1:1 cannot be reached",
         ERR_UNAVAILABLE},
        {"file:///etc/passwd", "CO8001", NULL, ERR_INPUT},
        {"gopher://127.0.0.1/geheim", "CO8001", NULL, ERR_INPUT},
        {"no address geheim", "CO8001",
         "an address that is none is not an address of http or https", ERR_INPUT},
    };
    Arena *arena = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        HttpRequest request = {.url = cases[i].url, .timeout_ms = 5000};
        HttpResponse response;
        Err err = {0};
        CHECK(!http_request(arena, &request, &response, &err));
        CHECK_STR(err.code, cases[i].code);
        CHECK_INT(err.kind, cases[i].kind);
        CHECK(!cases[i].message || str_eq(err.message, cases[i].message));
        CHECK(!strstr(err_text(arena, &err), "geheim"));
    }
}

static void an_answer_that_is_too_large_is_cut_off(void **state)
{
    Arena *arena = *state;
    Child *server = child_server(arena, "receiver.py", "--log /dev/null");
    HttpRequest request = {.body = "x", .body_length = 1, .max_bytes = 1};
    request.url = arena_printf(arena, "http://127.0.0.1:%d/", server->port);
    HttpResponse response;
    Err err = {0};
    CHECK(!http_request(arena, &request, &response, &err));
    CHECK_STR(err.code, "CO8005");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_post_arrives_and_is_answered),
        TEST(failures_name_the_host_alone),
        TEST(an_answer_that_is_too_large_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
