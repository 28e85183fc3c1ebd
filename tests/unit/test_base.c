/* The base library: what everything else leans on. */
#include "check.h"

#include "cutover/diag.h"
#include "cutover/digest.h"
#include "cutover/json.h"
#include "cutover/moment.h"
#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

static void append_one(void *arg)
{
    Buf *seen = arg;
    buf_char(seen, 'x');
}

static void an_arena_runs_its_cleanups_when_freed(void **state)
{
    (void)state;
    Arena *keep = arena_new(), *arena = arena_new();
    Buf seen = buf_new(keep, 10);
    arena_defer(arena, append_one, &seen);
    arena_defer(arena, append_one, &seen);
    char *large = arena_alloc(arena, 1000000);
    large[999999] = 1;
    CHECK_STR(arena_printf(arena, "%d-%s", 7, "a"), "7-a");
    arena_free(arena);
    CHECK_STR(seen.data, "xx");
    arena_free(keep);
}

static void a_cleared_arena_is_as_good_as_a_new_one(void **state)
{
    (void)state;
    Arena *keep = arena_new(), *arena = arena_new(), *other = arena_new();
    size_t new = arena_used(arena);
    Buf seen = buf_new(keep, 10);
    for (int round = 1; round <= 3; round++) {
        char *text = arena_alloc(arena, 100), *large = arena_alloc(arena, 1000000);
        CHECK_STR(text, ""); /* zeroed, whatever was there before */
        memset(text, 'x', 99);
        large[999999] = 'x';
        for (int i = 0; i < 1000; i++) {
            arena_strdup(arena, "fills more than one chunk");
        }
        arena_defer(arena, append_one, &seen);
        arena_clear(arena);
        CHECK_INT(arena_used(arena), new);
        CHECK_INT(seen.length, round);
    }
    arena_strdup(other, "adopted");
    arena_adopt(arena, other);
    arena_clear(arena);
    CHECK_STR(arena_strdup(arena, "more"), "more");
    arena_free(arena);
    CHECK_INT(seen.length, 3);
    arena_free(keep);
}

static void any_number_of_texts_becomes_one(void **state)
{
    Arena *arena = *state;
    CHECK_STR(str_concat(arena, "", NULL), "");
    CHECK_STR(str_concat(arena, "a", "", "bc", NULL), "abc");
    CHECK_STR(str_concat(arena, "1", "22", "3", "4", "5", "6", "7", "8", "9", "ten", "11", NULL),
              "1223456789ten11");
}

static void what_an_arena_adopts_lives_as_long_as_it(void **state)
{
    (void)state;
    Arena *keep = arena_new(), *arena = arena_new(), *other = arena_new(), *empty = arena_new();
    Buf seen = buf_new(keep, 10);
    const char *first = arena_strdup(arena, "first");
    const char *small = arena_strdup(other, "small");
    char *large = arena_alloc(other, 1000000);
    large[999999] = 'x';
    arena_defer(other, append_one, &seen);
    size_t used = arena_used(arena) + arena_used(other);
    arena_adopt(arena, other);
    arena_adopt(arena, empty);
    CHECK_INT(arena_used(arena), used);
    CHECK_STR(arena_strdup(arena, "more"), "more");
    CHECK_STR(first, "first");
    CHECK_STR(small, "small");
    CHECK_INT(large[999999], 'x');
    CHECK_STR(seen.data, "");
    arena_free(arena);
    CHECK_STR(seen.data, "x");
    arena_free(keep);
}

static void what_grows_keeps_its_bytes_and_is_zero_behind_them(void **state)
{
    Arena *arena = *state;
    char *text = arena_strdup(arena, "abc");
    text = arena_grow(arena, text, 3, 5000); /* the newest object */
    CHECK_STR(text, "abc");
    memset(text, 'x', 5000);
    const char *between = arena_strdup(arena, "between");
    text = arena_grow(arena, text, 2, 9000); /* no longer the newest */
    CHECK_STR(text, "xx");
    for (size_t size = 9000; size <= 100000; size += 1000) {
        text = arena_grow(arena, text, 9000, size);
        CHECK_INT(text[size - 1], 0);
    }
    text[99999] = 'y';
    CHECK_STR(between, "between");
    CHECK_STR(arena_strdup(arena, "behind"), "behind");
    CHECK_INT(text[99999], 'y');
    CHECK_INT(strlen(arena_printf(arena, "%300d", 1)), 300);
}

static void a_buffer_never_grows_past_its_maximum(void **state)
{
    Arena *arena = *state;
    Buf buf = buf_new(arena, 5);
    buf_text(&buf, "abc");
    buf_text(&buf, "def");
    CHECK(buf.overflow);
    CHECK_STR(buf.data, "abc");
}

static void a_map_keeps_the_order_of_insertion(void **state)
{
    Arena *arena = *state;
    Map map = {0};
    for (int i = 0; i < 1000; i++) {
        map_put(arena, &map, arena_printf(arena, "k%d", i), arena_printf(arena, "v%d", i));
    }
    CHECK_STR(map_get(&map, "k500"), "v500");
    CHECK(!map_get(&map, "absent"));
    CHECK_STR(map.entries[999].key, "k999");
    CHECK_STR(map_put(arena, &map, "k0", "new"), "v0");
    CHECK_INT(map.count, 1000);
}

static void the_nearest_name_is_found(void **state)
{
    Arena *arena = *state;
    StrVec names = str_split(arena, "soak,strategy,select,clusters", ',');
    CHECK_STR(str_nearest("soaks", &names), "soak");
    CHECK_STR(str_nearest("slect", &names), "select");
    CHECK(!str_nearest("promotion", &names));
}

static void globs_match_whole_texts(void **state)
{
    (void)state;
    CHECK(str_glob("v*", "v1.2"));
    CHECK(str_glob("*_green", "shop_green"));
    CHECK(!str_glob("*_green", "shop_green2"));
    CHECK(str_glob("a?c*", "abc"));
    CHECK(!str_glob("", "x"));
}

static void durations_are_written_as_people_write_them(void **state)
{
    Arena *arena = *state;
    static const struct {
        const char *text;
        int64_t seconds;
    } good[] = {{"90s", 90}, {"15m", 900}, {"1h30m", 5400}, {"7d", 604800}, {"0s", 0}};
    for (size_t i = 0; i < 5; i++) {
        int64_t seconds = -1;
        CHECK(duration_parse(good[i].text, &seconds));
        CHECK_INT(seconds, good[i].seconds);
    }
    static const char *const bad[] = {"", "15", "m", "30m1h", "1m1m", "-5s", "1.5h", "5 m"};
    for (size_t i = 0; i < 8; i++) {
        int64_t seconds;
        CHECK(!duration_parse(bad[i], &seconds));
    }
    CHECK_STR(duration_text(arena, 5400), "1h30m");
    CHECK_STR(duration_text(arena, 0), "0s");
}

static void moments_read_what_servers_write(void **state)
{
    Arena *arena = *state;
    Moment at;
    CHECK(moment_parse("2026-11-23 16:02:11.031+00", &at));
    CHECK_STR(moment_iso(arena, at), "2026-11-23T16:02:11.031Z");
    CHECK_STR(moment_text(arena, at), "2026-11-23 16:02:11 UTC");
    Moment again;
    CHECK(moment_parse(moment_iso(arena, at), &again));
    CHECK_INT(again, at);
    CHECK(!moment_parse("2026-11-23 16:02:11+02", &at));
    CHECK(!moment_parse("yesterday", &at));
}

static void json_written_is_json_read(void **state)
{
    Arena *arena = *state;
    Buf buf = buf_new(arena, 1000);
    JsonOut out = json_out(&buf);
    json_open_object(&out);
    json_put_str(&out, "text", "a\"b\\\n\x01 \xff \xc3\xa9");
    json_put_str(&out, "absent", NULL);
    json_put_int(&out, "n", -5);
    json_put_number(&out, "x", 0.1);
    json_key(&out, "list");
    json_open_array(&out);
    json_bool(&out, true);
    json_nothing(&out);
    json_close_array(&out);
    json_close_object(&out);
    CHECK_STR(buf.data, "{\"text\":\"a\\\"b\\\\\\n\\u0001 \\ufffd \xc3\xa9\",\"n\":-5,\"x\":0.1,"
                        "\"list\":[true,null]}");
    Err err = {0};
    Json *json = json_parse(arena, buf.data, buf.length, &err);
    CHECK(json);
    CHECK_INT(json_get_int(json, "n", 0), -5);
    CHECK_INT(json_get(json, "list")->count, 2);
    CHECK(!json_parse(arena, "{\"a\":1,\"a\":2}", 13, &err));
    CHECK(err.kind == ERR_INPUT);
    char *deep = arena_alloc(arena, 1001);
    memset(deep, '[', 1000);
    CHECK(!json_parse(arena, deep, 1000, &err));
}

/* The outermost objects are walked, what is in them is read piece by piece: what is wrong is found in both, at its line. */
static void json_is_read_in_pieces_as_in_one(void **state)
{
    Arena *arena = *state;
    static const struct {
        const char *text;
        int line; /* of the error; 0: none */
    } cases[] = {
        {" { \"a\" : { \"b\" : { \"c\" : [1, {}] } , \"d\" : -1.5e3 } , \"e\" : \"}\\\"\" } \n", 0},
        {"{}", 0},
        {"[]", 0},
        {"12", 0},
        {"{\"a\": {\"b\": 1,\n\"b\": 2}}", 2},
        {"{\"a\": {\"b\": 1,\n}}", 2},
        {"{\"a\": {\"b\":\n nul}}", 2},
        {"{\"a\":\n\n1 \"b\": 2}", 3},
        {"{\"a\": {}}\n}", 2},
        {"{\"a\": {", 1},
        {"{a: 1}", 1},
        {"", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Err err = {0};
        Json *json = json_parse(arena, cases[i].text, strlen(cases[i].text), &err);
        CHECK_INT(json != NULL, cases[i].line == 0);
        CHECK_INT(err.line, cases[i].line);
    }
    Err err = {0};
    Json *json = json_parse(arena, cases[0].text, strlen(cases[0].text), &err);
    CHECK_INT(json->count, 2);
    CHECK_STR(json_get_str(json, "e"), "}\"");
    CHECK_INT(json_get(json_get(json_get(json, "a"), "b"), "c")->count, 2);
    CHECK(!json_parse(arena, "{\"a\": 1}\0", 9, &err));
}

static void sql_is_cut_into_tokens(void **state)
{
    Arena *arena = *state;
    const char *sql =
        "SELECT \"A\"\"b\".x::int -- c\n/* /* n */ */ FROM $t$it's$t$, E'a\\'b', $1 <= 1.5e3";
    SqlToks toks;
    Err err = {0};
    CHECK(sql_tokens(arena, sql, strlen(sql), &toks, &err));
    Buf buf = buf_new(arena, 1000);
    vec_each (SqlTok, it, &toks) {
        buf_printf(&buf, "%d:%s ", (int)it->kind, it->value);
    }
    CHECK_STR(buf.data,
              "0:select 1:A\"b 5:. 0:x 5::: 0:int 0:from 2:it's 5:, 2:a\\'b 5:, 4:$1 5:<= "
              "3:1.5e3 6: ");
    CHECK(!sql_tokens(arena, "select 'x", 9, &toks, &err));
    CHECK_STR(sql_ident(arena, "a\"b"), "\"a\"\"b\"");
    CHECK_STR(sql_literal(arena, "it's"), "'it''s'");
}

static void a_finding_shows_its_place(void **state)
{
    Arena *arena = *state;
    Diags diags = diags_new(arena);
    const char *text = "a\nfrom {{ ref('orders_clen') }} o\n";
    Diag *diag = diag_add(&diags, DIAG_ERROR, "CO3012", "model \"%s\" not found", "orders_clen");
    diag_place(&diags, diag, "models/shop/daily.sql", text, strlen(text), 2, 13, 13);
    diag->label = "did you mean \"orders_clean\"?";
    Buf buf = buf_new(arena, 4000);
    diags_write_text(&buf, &diags, false);
    diags_write_summary(&buf, &diags);
    CHECK_STR(buf.data, "error CO3012: model \"orders_clen\" not found\n"
                        "  --> models/shop/daily.sql:2:13\n"
                        "   2 | from {{ ref('orders_clen') }} o\n"
                        "     |             ^^^^^^^^^^^^^ did you mean \"orders_clean\"?\n"
                        "1 file, 1 error, 0 warnings\n");
}

static void digests_are_the_standard_ones(void **state)
{
    Arena *arena = *state;
    CHECK_STR(digest_sha256(arena, "abc", 3),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK_STR(digest_md5(arena, "abc", 3), "900150983cd24fb0d6963f7d28e17f72");
    CHECK_STR(digest_hmac_sha256(arena, "key", "The quick brown fox jumps over the lazy dog", 43),
              "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
    CHECK(digest_equal("abc", "abc"));
    CHECK(!digest_equal("abc", "abd"));
}

static void a_text_is_cut_behind_a_whole_character(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    CHECK_STR(str_cut(arena, "select 1", 8, "..."), "select 1");
    CHECK_STR(str_cut(arena, "select 12", 8, "..."), "select 1...");
    CHECK_STR(str_cut(arena, "gr\xc3\xbc\xc3\x9f", 3, "..."), "gr...");
    CHECK_STR(str_cut(arena, "gr\xc3\xbc\xc3\x9f", 4, "..."), "gr\xc3\xbc...");
    CHECK(!str_cut(arena, NULL, 8, "..."));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_arena_runs_its_cleanups_when_freed),
        TEST(a_cleared_arena_is_as_good_as_a_new_one),
        TEST(any_number_of_texts_becomes_one),
        TEST(what_an_arena_adopts_lives_as_long_as_it),
        TEST(what_grows_keeps_its_bytes_and_is_zero_behind_them),
        TEST(a_buffer_never_grows_past_its_maximum),
        TEST(a_map_keeps_the_order_of_insertion),
        TEST(the_nearest_name_is_found),
        TEST(globs_match_whole_texts),
        TEST(durations_are_written_as_people_write_them),
        TEST(moments_read_what_servers_write),
        TEST(json_written_is_json_read),
        TEST(json_is_read_in_pieces_as_in_one),
        TEST(sql_is_cut_into_tokens),
        TEST(a_finding_shows_its_place),
        TEST(digests_are_the_standard_ones),
        TEST(a_text_is_cut_behind_a_whole_character),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
