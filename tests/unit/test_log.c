/* Log lines: fields, one line each, and secrets that never appear. */
#include "check.h"
#include "child.h"

#include "cutover/json.h"
#include "cutover/log.h"
#include "cutover/str.h"

#include <fcntl.h>

/* What FN writes to stderr. */
static const char *captured(Arena *arena, void (*fn)(void))
{
    const char *path = arena_printf(arena, "%s/err", child_folder(arena));
    int file = open(path, O_RDWR | O_CREAT, 0600), keep = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    fn();
    dup2(keep, STDERR_FILENO);
    close(keep);
    char *text = arena_alloc(arena, 8192);
    CHECK(pread(file, text, 8191, 0) >= 0);
    close(file);
    return text;
}

static void write_lines(void)
{
    log_setup(LEVEL_INFO, true);
    log_secret("hunter2-token");
    log_write(LEVEL_INFO, &(LogFields){.environment = "production", .duration_ms = 12},
              "fetched with hunter2-token\nand \"quotes\"");
    log_write(LEVEL_DEBUG, NULL, "not wanted");
}

static void a_line_is_one_json_object(void **state)
{
    Arena *arena = *state;
    Err err = {0};
    const char *text = captured(arena, write_lines);
    CHECK(strchr(text, '\n') == text + strlen(text) - 1);
    Json *line = json_parse(arena, text, strlen(text), &err);
    CHECK(line);
    CHECK_STR(json_get_str(line, "level"), "info");
    CHECK_STR(json_get_str(line, "msg"), "fetched with ***\nand \"quotes\"");
    CHECK_STR(json_get_str(line, "environment"), "production");
    CHECK_INT(json_get_int(line, "duration_ms", 0), 12);
    CHECK(!json_get_str(line, "phase"));
}

static void write_text_line(void)
{
    log_setup(LEVEL_WARN, false);
    Err err = {.code = "CO6001", .message = "away\x1b[31m", .sqlstate = "40001"};
    log_error(LEVEL_WARN, &(LogFields){.repository = "shop"}, "cannot fetch", &err);
    log_write(LEVEL_INFO, NULL, "not wanted");
}

static void text_for_people_holds_no_control_characters(void **state)
{
    const char *text = captured(*state, write_text_line);
    CHECK(strstr(text, "warn  cannot fetch  repository=shop  sqlstate=40001  code=CO6001  "
                       "error=CO6001: away [31m"));
    CHECK(!strchr(text, '\x1b'));
}

static void secrets_and_passwords_are_masked(void **state)
{
    Arena *arena = *state;
    static const struct {
        const char *text, *clean;
    } cases[] = {
        {"postgres://cutover:geheim@host:6875/db", "postgres://cutover:***@host:6875/db"},
        {"https://u:a@b:c@host/x, then https://host:8080/y@z",
         "https://u:***@host/x, then https://host:8080/y@z"},
        {"https://user@host/", "https://user@host/"},
        {"T0/B0/abcdef and T0/B0/abcdefgh", "*** and ***"},
        {"", ""},
    };
    log_secret("T0/B0/abcdef");
    log_secret("T0/B0/abcdefgh"); /* the longer one wins */
    log_secret("abc");            /* too short to be one */
    log_secret(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_STR(log_redact(arena, cases[i].text), cases[i].clean);
    }
    CHECK_STR(log_redact(arena, "abc"), "abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_is_one_json_object),
        TEST(text_for_people_holds_no_control_characters),
        TEST(secrets_and_passwords_are_masked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
