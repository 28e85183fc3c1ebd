/*
 * The table of codes is whole: each code of the source is in it, each of its codes is in the source,
 * and each example is a message that some source can print.
 * docs/diagnostics.md is written from it: CUTOVER_WRITE=1 build/test_codes writes it anew.
 */
#include "check.h"

#include "cutover/buf.h"
#include "cutover/codes.h"
#include "cutover/files_disk.h"
#include "cutover/map.h"
#include "cutover/str.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOCUMENT TEST_DATA "/../docs/diagnostics.md"

typedef struct Sources {
    StrVec texts;    /* each C file */
    StrVec literals; /* each text constant, neighbours joined, without escapes */
} Sources;

/* ---- reading the sources ---- */

/* The constant that begins at P, and those after it with nothing between but space. */
static const char *read_literal(Arena *arena, const char *p, const char **end)
{
    Buf text = buf_new(arena, 1 << 16);
    while (*p == '"') {
        for (p++; *p && *p != '"'; p++) {
            if (*p == '\\' && p[1]) {
                p++;
            }
            buf_char(&text, *p);
        }
        *end = *p ? p + 1 : p;
        for (p = *end; isspace((unsigned char)*p); p++) {
        }
    }
    return text.data;
}

static void read_literals(Arena *arena, const char *text, StrVec *literals)
{
    for (const char *p = strchr(text, '"'); p; p = strchr(p, '"')) {
        if (p[-1] == '\'' || p[-1] == '\\') {
            p++;
            continue;
        }
        vec_push(arena, literals, read_literal(arena, p, &p));
    }
}

static Sources read_sources(Arena *arena)
{
    static const char *const folders[] = {"reconcile", "deploy", "controller"};
    Sources all = {0};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        FileSet files;
        Err err = {0};
        Diags diags = diags_new(arena);
        const char *folder = arena_printf(arena, TEST_DATA "/../%s", folders[i]);
        CHECK(files_disk_read(arena, folder, NULL, &files, &diags, &err));
        vec_each (const File, file, &files.list) {
            if (str_ends(file->path, ".c") || str_ends(file->path, ".h")) {
                vec_push(arena, &all.texts, arena_strndup(arena, file->text, file->length));
                read_literals(arena, vec_last(&all.texts), &all.literals);
            }
        }
    }
    CHECK(all.texts.count > 100);
    return all;
}

static bool is_code(const char *text)
{
    size_t digits = strspn(text + 2, "0123456789");
    return strncmp(text, "CO", 2) == 0 && digits == 4 && text[6] == '\0';
}

static bool is_word(const Sources *sources, const char *word)
{
    size_t length = strlen(word);
    vec_each (const char *, text, &sources->texts) {
        for (const char *p = strstr(*text, word); p; p = strstr(p + 1, word)) {
            bool name = isalnum((unsigned char)p[length]) || p[length] == '_';
            bool defined = p - *text >= 8 && strncmp(p - 8, "#define ", 8) == 0;
            if (!name && !defined && !isalnum((unsigned char)p[-1]) && p[-1] != '_') {
                return true;
            }
        }
    }
    return false;
}

/* "#define P_REF "CO3012"": counts when P_REF is used. Others count where they stand. */
static void add_codes(Arena *arena, const Sources *sources, const char *text, Map *codes)
{
    for (const char *p = strstr(text, "\"CO"); p; p = strstr(p + 1, "\"CO")) {
        const char *code = arena_strndup(arena, p + 1, strcspn(p + 1, "\""));
        const char *line = p;
        while (line > text && line[-1] != '\n') {
            line--;
        }
        char name[64];
        bool named = sscanf(line, "#define %63s \"CO", name) == 1;
        if (is_code(code) && (!named || is_word(sources, name))) {
            map_put(arena, codes, code, (void *)code);
        }
    }
}

/* ---- the table ---- */

static void the_table_holds_the_codes_of_the_source(void **state)
{
    Arena *arena = *state;
    Sources sources = read_sources(arena);
    Map used = {0};
    vec_each (const char *, text, &sources.texts) {
        add_codes(arena, &sources, *text, &used);
    }
    size_t count, bad = 0;
    const Code *all = codes_all(&count);
    map_each (it, &used) {
        if (!codes_find(it->key)) {
            print_error("%s is not in reconcile/base/codes.def\n", it->key);
            bad++;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!map_get(&used, all[i].code)) {
            print_error("%s is in reconcile/base/codes.def, but nowhere used\n", all[i].code);
            bad++;
        }
    }
    CHECK_INT(bad, 0);
}

static void codes_are_in_order_and_said_once(void **state)
{
    (void)state;
    size_t count;
    const Code *all = codes_all(&count);
    for (size_t i = 0; i < count; i++) {
        CHECK(is_code(all[i].code));
        CHECK(i == 0 || strcmp(all[i - 1].code, all[i].code) < 0);
        CHECK(*all[i].meaning && *all[i].example && *all[i].remedy);
    }
}

/* ---- the examples ---- */

/* Past a conversion such as %-3zu or %.7s. */
static const char *skip_conversion(const char *format)
{
    format += 1 + strspn(format + 1, "-+ #0123456789.*lzjh");
    return *format ? format + 1 : format;
}

/* Could printf() with FORMAT have printed TEXT? A conversion prints anything. */
static bool could_print(const char *format, const char *text)
{
    for (; *format; format++, text++) {
        if (*format == '%' && format[1] != '%') {
            const char *rest = skip_conversion(format);
            for (;; text++) {
                if (could_print(rest, text)) {
                    return true;
                }
                if (!*text) {
                    return false;
                }
            }
        }
        format += *format == '%';
        if (*format != *text) {
            return false;
        }
    }
    return !*text;
}

/* Formats such as "%s: %s" would print every example, and so prove none. */
static bool says_something(const char *format)
{
    size_t letters = 0;
    while (*format) {
        if (*format == '%') {
            format = skip_conversion(format);
        } else {
            letters += isalpha((unsigned char)*format++) != 0;
        }
    }
    return letters >= 3;
}

static bool is_printed(const Sources *sources, const char *example)
{
    vec_each (const char *, literal, &sources->literals) {
        if (says_something(*literal) && could_print(*literal, example)) {
            return true;
        }
    }
    return false;
}

static void the_examples_are_what_the_source_prints(void **state)
{
    Sources sources = read_sources(*state);
    size_t count, bad = 0;
    const Code *all = codes_all(&count);
    for (size_t i = 0; i < count; i++) {
        if (!str_ends(all[i].example, " words)") && !is_printed(&sources, all[i].example)) {
            print_error("%s: no source prints: %s\n", all[i].code, all[i].example);
            bad++;
        }
    }
    CHECK_INT(bad, 0);
    CHECK(!is_printed(&sources, "this is no message of Cutover"));
}

/* ---- the page ---- */

static const char *chapter_of(const char *code)
{
    static const char *const names[] = {
        ['1'] = "CO1: configuration and the command line",
        ['2'] = "CO2: Jinja",
        ['3'] = "CO3: the project",
        ['4'] = "CO4: the plan (41 refused, 42 warning)",
        ['5'] = "CO5: Materialize and the record",
        ['6'] = "CO6: Git and the files of a project",
        ['7'] = "CO7: checks and gates",
        ['8'] = "CO8: messages and HTTP",
    };
    return names[(unsigned char)code[2]];
}

/* Texts of Markdown's tables: a bar would end the cell. */
static const char *cell(Arena *arena, const char *text)
{
    StrVec parts = str_split(arena, text, '|');
    return str_join(arena, &parts, "\\|");
}

static const char *page(Arena *arena)
{
    Buf out = buf_new(arena, 1 << 20);
    size_t count;
    const Code *all = codes_all(&count);
    buf_text(
        &out,
        "# Diagnostics\n\nThe codes that Cutover can say, each with an example of its message. "
        "`cutover help CODE` prints the same.\nWritten from `reconcile/base/codes.def` "
        "(`CUTOVER_WRITE=1 build/test_codes`); codes are never given to something else.\n");
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || all[i - 1].code[2] != all[i].code[2]) {
            buf_printf(&out,
                       "\n## %s\n\n| code | what is wrong | for example | what to do |\n"
                       "|---|---|---|---|\n",
                       chapter_of(all[i].code));
        }
        buf_printf(&out, "| %s | %s | `%s` | %s |\n", all[i].code, cell(arena, all[i].meaning),
                   cell(arena, all[i].example), cell(arena, all[i].remedy));
    }
    return out.data;
}

static void the_page_is_written_from_the_table(void **state)
{
    Arena *arena = *state;
    const char *text = page(arena);
    if (getenv("CUTOVER_WRITE")) {
        FILE *file = fopen(DOCUMENT, "we");
        assert_non_null(file);
        CHECK(fputs(text, file) >= 0 && fclose(file) == 0);
    }
    Err err = {0};
    const File *file = files_disk_one(arena, DOCUMENT, 0, &err);
    assert_non_null(file);
    if (!str_eq(file->text, text)) {
        print_error("docs/diagnostics.md is stale: CUTOVER_WRITE=1 build/test_codes\n");
    }
    CHECK_STR(file->text, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_table_holds_the_codes_of_the_source),
        TEST(codes_are_in_order_and_said_once),
        TEST(the_examples_are_what_the_source_prints),
        TEST(the_page_is_written_from_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
