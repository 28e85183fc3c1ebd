/* The connection, against a scripted server: what is known, and what is not, when an answer does
 * not come. */
#include "check.h"

#include "cutover/buf.h"
#include "cutover/pg.h"
#include "cutover/str.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIMIT_MS 20000

/* Takes one connection, lets it log in, waits for one message, answers REPLY and closes; REPLY
 * NULL: it never answers anything, not even the login. */
typedef struct Server {
    int listener, stop[2];
    const char *reply;
    size_t reply_length;
    char asked; /* how the message began */
    pthread_t thread;
    bool running;
    char url[100];
} Server;

static void serve_login(int client)
{
    static const char hello[] = "R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
    char startup[4096];
    if (read(client, startup, sizeof startup) > 0) {
        (void)!write(client, hello, sizeof hello - 1);
    }
}

static void *serve(void *arg)
{
    Server *server = arg;
    char message[4096];
    int client = accept(server->listener, NULL, NULL);
    serve_login(client);
    if (read(client, message, sizeof message) > 0) {
        server->asked = message[0];
        (void)!write(client, server->reply, server->reply_length);
    }
    close(client);
    return NULL;
}

static void start(Server *server, const Buf *reply)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    *server = (Server){.listener = socket(AF_INET, SOCK_STREAM, 0)};
    CHECK(bind(server->listener, (struct sockaddr *)&address, length) == 0);
    CHECK(listen(server->listener, 1) == 0);
    CHECK(getsockname(server->listener, (struct sockaddr *)&address, &length) == 0);
    CHECK(pipe(server->stop) == 0);
    snprintf(server->url, sizeof server->url,
             "postgres://me@127.0.0.1:%d/db?sslmode=disable&gssencmode=disable",
             ntohs(address.sin_port));
    if (reply) {
        server->reply = reply->data;
        server->reply_length = reply->length;
        server->running = pthread_create(&server->thread, NULL, serve, server) == 0;
    }
}

static void stop(Server *server)
{
    if (server->running) {
        pthread_join(server->thread, NULL);
    }
    close(server->listener);
    close(server->stop[0]);
    close(server->stop[1]);
}

static Pg *connect_to(Arena *arena, const Server *server)
{
    Pg *pg = NULL;
    Err err = {0};
    PgTarget target = {.url = server->url, .stop_fd = server->stop[0]};
    bool opened = pg_open(arena, &target, LIMIT_MS, &pg, &err);
    if (!opened) {
        print_error("%s\n", err_text(arena, &err));
    }
    CHECK(opened);
    return pg;
}

/* --- the server's messages --- */

static void message(Buf *reply, char type, const char *body, size_t length)
{
    uint32_t size = htonl((uint32_t)length + 4);
    buf_char(reply, type);
    buf_add(reply, (const char *)&size, sizeof size);
    buf_add(reply, body, length);
}

static void tag(Buf *reply, const char *text)
{
    message(reply, 'C', text, strlen(text) + 1);
}

static void ready(Buf *reply, char status)
{
    message(reply, 'Z', &status, 1);
}

static void error(Arena *arena, Buf *reply, const char *severity, const char *sqlstate)
{
    Buf body = buf_new(arena, 1000);
    const char *const fields[] = {severity, sqlstate, "the server's words", "its\nhint", "17"};
    for (size_t i = 0; i < 5; i++) {
        buf_char(&body, "SCMHP"[i]);
        buf_add(&body, fields[i], strlen(fields[i]) + 1);
    }
    buf_char(&body, 0);
    message(reply, 'E', body.data, body.length);
}

static PgOutcome cut_over(Arena *arena, const Buf *reply, const char **last, Err *err)
{
    Server server;
    start(&server, reply);
    Pg *pg = connect_to(arena, &server);
    PgOutcome outcome =
        pg_script(pg, arena, "BEGIN; ALTER SCHEMA a RENAME TO b; COMMIT", LIMIT_MS, last, err);
    pg_close(pg);
    stop(&server);
    return outcome;
}

/* --- stories --- */

static void a_cutover_that_is_answered_is_done(void **state)
{
    Arena *arena = *state;
    Err err = {0};
    const char *last = NULL;
    Buf reply = buf_new(arena, 1000);
    tag(&reply, "BEGIN");
    tag(&reply, "ALTER SCHEMA");
    tag(&reply, "COMMIT");
    ready(&reply, 'I');
    CHECK_INT(cut_over(arena, &reply, &last, &err), PG_DONE);
    CHECK_STR(last, "COMMIT");
}

static void a_cutover_whose_answer_is_lost_is_unknown(void **state)
{
    Arena *arena = *state;
    Err err = {0};
    Buf reply = buf_new(arena, 1000);
    CHECK_INT(cut_over(arena, &reply, NULL, &err), PG_UNKNOWN);
    CHECK_INT(err.kind, ERR_UNAVAILABLE);
    tag(&reply, "BEGIN");
    tag(&reply, "ALTER SCHEMA");
    tag(&reply, "COMMIT");
    CHECK_INT(cut_over(arena, &reply, NULL, &err), PG_UNKNOWN);
}

static void a_cutover_that_lost_its_race_has_failed_for_sure(void **state)
{
    Arena *arena = *state;
    Err err = {0};
    Buf reply = buf_new(arena, 1000);
    tag(&reply, "BEGIN");
    error(arena, &reply, "ERROR", "40001");
    ready(&reply, 'I');
    CHECK_INT(cut_over(arena, &reply, NULL, &err), PG_FAILED);
    CHECK_INT(err.kind, ERR_CONFLICT);
    CHECK_STR(err.sqlstate, "40001");
    CHECK_STR(err.message, "the server's words");
    CHECK_STR(err.hint, "its hint");
    CHECK_INT(err.position, 17);
}

static void a_server_that_shuts_down_in_the_middle_leaves_it_unknown(void **state)
{
    Arena *arena = *state;
    Err err = {0};
    Buf reply = buf_new(arena, 1000);
    error(arena, &reply, "FATAL", "57P01");
    CHECK_INT(cut_over(arena, &reply, NULL, &err), PG_UNKNOWN);
    CHECK_INT(err.kind, ERR_UNAVAILABLE);
}

static void a_commit_answered_by_rollback_has_failed(void **state)
{
    Arena *arena = *state;
    Err err = {0};
    Buf reply = buf_new(arena, 1000);
    tag(&reply, "ROLLBACK");
    ready(&reply, 'I');
    CHECK_INT(cut_over(arena, &reply, NULL, &err), PG_FAILED);
    CHECK_INT(err.kind, ERR_CONFLICT);
}

static void errors_are_sorted_by_what_to_do_about_them(void **state)
{
    Arena *arena = *state;
    static const struct {
        const char *sqlstate;
        ErrKind kind;
    } cases[] = {
        {"42501", ERR_DENIED},      {"28000", ERR_DENIED},   {"57014", ERR_TIMEOUT},
        {"53000", ERR_UNAVAILABLE}, {"XX000", ERR_INPUT},    {"0A000", ERR_INPUT},
        {"08004", ERR_UNAVAILABLE}, {"40001", ERR_CONFLICT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Err err = {0};
        Buf reply = buf_new(arena, 1000);
        error(arena, &reply, "ERROR", cases[i].sqlstate);
        ready(&reply, 'I');
        cut_over(arena, &reply, NULL, &err);
        CHECK_INT(err.kind, cases[i].kind);
        CHECK_STR(err.sqlstate, cases[i].sqlstate);
    }
}

static void count_kinds(void *ctx, const char *kind, int64_t duration_ms, const char *sqlstate)
{
    (void)duration_ms;
    buf_printf(ctx, "%s[%s];", kind, sqlstate);
}

static void the_trace_tells_kinds_and_never_names(void **state)
{
    Arena *arena = *state;
    Err err = {0};
    Server server;
    Buf reply = buf_new(arena, 1000), seen = buf_new(arena, 1000);
    error(arena, &reply, "ERROR", "XX000");
    ready(&reply, 'I');
    start(&server, &reply);
    Pg *pg = connect_to(arena, &server);
    pg_set_trace(pg, count_kinds, &seen);
    CHECK(!pg_query(pg, arena, "create  materialized view \"hush\" as select 'hush'", NULL,
                    LIMIT_MS, NULL, &err));
    CHECK_STR(seen.data, "CREATE MATERIALIZED VIEW[XX000];");
    CHECK(!pg_query(pg, arena, NULL, NULL, LIMIT_MS, NULL, &err));
    CHECK_STR(err.code, "CO5010");
    CHECK_INT(pg_statements(pg), 1);
    pg_close(pg);
    stop(&server);
}

/* A Query message runs all that stands in it, so nothing that a project can write in goes out as one with a semicolon. */
static void only_a_single_command_is_one_message(void **state)
{
    Arena *arena = *state;
    static const struct {
        const char *sql;
        bool rows;
        char message;
    } cases[] = {
        {"CREATE SCHEMA a", false, 'Q'},
        {"CREATE INDEX i ON t (a); DROP VIEW b", false, 'P'},
        {"SELECT 1", true, 'P'},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Err err = {0};
        Server server;
        PgResult rows;
        Buf reply = buf_new(arena, 1000);
        tag(&reply, "DONE");
        ready(&reply, 'I');
        start(&server, &reply);
        Pg *pg = connect_to(arena, &server);
        PgResult *result = cases[i].rows ? &rows : NULL;
        CHECK(pg_query(pg, arena, cases[i].sql, NULL, LIMIT_MS, result, &err));
        pg_close(pg);
        stop(&server);
        CHECK_INT(server.asked, cases[i].message);
    }
}

static void nobody_there_is_told_without_the_password(void **state)
{
    Arena *arena = *state;
    Pg *pg = NULL;
    Err err = {0};
    Server server;
    start(&server, NULL);
    close(server.listener);
    PgTarget target = {.url = server.url, .password = "hush", .stop_fd = -1};
    CHECK(!pg_open(arena, &target, LIMIT_MS, &pg, &err));
    CHECK_STR(err.code, "CO5001");
    CHECK_INT(err.kind, ERR_UNAVAILABLE);
    CHECK(!strstr(err_text(arena, &err), "hush"));
    target.url = "postgres://me:hu%sh@host/db";
    CHECK(!pg_open(arena, &target, LIMIT_MS, &pg, &err));
    CHECK_STR(err.code, "CO5003");
    CHECK(!strstr(err_text(arena, &err), "hu%sh"));
    close(server.stop[0]);
    close(server.stop[1]);
}

static void a_server_that_never_answers_is_given_up(void **state)
{
    Arena *arena = *state;
    Pg *pg = NULL;
    Err err = {0};
    Server server;
    start(&server, NULL);
    PgTarget target = {.url = server.url, .stop_fd = server.stop[0]};
    CHECK(!pg_open(arena, &target, 1, &pg, &err));
    CHECK_INT(err.kind, ERR_TIMEOUT);
    CHECK(write(server.stop[1], "x", 1) == 1);
    CHECK(!pg_open(arena, &target, LIMIT_MS, &pg, &err));
    CHECK_INT(err.kind, ERR_CANCELLED);
    CHECK(!pg);
    stop(&server);
}

static void arrays_come_back_as_they_went(void **state)
{
    Arena *arena = *state;
    StrVec texts = {0};
    vec_push(arena, &texts, "plain");
    vec_push(arena, &texts, "a \"b\", {c}\\");
    vec_push(arena, &texts, "");
    StrVec back = pg_array_texts(arena, pg_array(arena, &texts));
    CHECK_INT(back.count, 3);
    CHECK_STR(back.items[1], "a \"b\", {c}\\");
    CHECK_STR(back.items[2], "");
    CHECK_INT(pg_array_texts(arena, "{}").count, 0);
    CHECK_INT(pg_array_texts(arena, NULL).count, 0);
    CHECK_STR(pg_array_texts(arena, "{u1=rw/s1,=U/u1}").items[1], "=U/u1");
    CHECK_INT(pg_array_texts(arena, "{\"broken").count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_cutover_that_is_answered_is_done),
        TEST(a_cutover_whose_answer_is_lost_is_unknown),
        TEST(a_cutover_that_lost_its_race_has_failed_for_sure),
        TEST(a_server_that_shuts_down_in_the_middle_leaves_it_unknown),
        TEST(a_commit_answered_by_rollback_has_failed),
        TEST(errors_are_sorted_by_what_to_do_about_them),
        TEST(the_trace_tells_kinds_and_never_names),
        TEST(only_a_single_command_is_one_message),
        TEST(nobody_there_is_told_without_the_password),
        TEST(a_server_that_never_answers_is_given_up),
        TEST(arrays_come_back_as_they_went),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
