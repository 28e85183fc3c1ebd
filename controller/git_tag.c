#include "git_tag.h"

#include "cutover/str.h"

#include <string.h>

/* v1.2.3-rc.1 and the like; missing parts are 0. */
static bool version_parse(Arena *arena, const char *tag, Version *version)
{
    const char *text = *tag == 'v' || *tag == 'V' ? tag + 1 : tag;
    *version = (Version){.pre = ""};
    const char *core = arena_strndup(arena, text, strcspn(text, "-+"));
    StrVec parts = str_split(arena, core, '.');
    if (parts.count > 3) {
        return false;
    }
    for (size_t i = 0; i < parts.count; i++) {
        if (!str_to_int(parts.items[i], 0, INT64_MAX, &version->part[i])) {
            return false;
        }
    }
    if (text[strlen(core)] == '-') {
        const char *pre = text + strlen(core) + 1;
        version->pre = arena_strndup(arena, pre, strcspn(pre, "+"));
    }
    return true;
}

/* Semantic versioning: identifiers of digits by number and below words, more identifiers above fewer. */
static int compare_pre(Arena *arena, const char *a, const char *b)
{
    if (!*a || !*b) {
        return (*b != '\0') - (*a != '\0');
    }
    StrVec left = str_split(arena, a, '.'), right = str_split(arena, b, '.');
    for (size_t i = 0; i < left.count && i < right.count; i++) {
        int64_t m = 0, n = 0;
        bool mi = str_to_int(left.items[i], 0, INT64_MAX, &m);
        bool ni = str_to_int(right.items[i], 0, INT64_MAX, &n);
        int order = mi && ni ? (m > n) - (m < n) : ni - mi;
        order = order == 0 && !mi ? strcmp(left.items[i], right.items[i]) : order;
        if (order != 0) {
            return order;
        }
    }
    return (left.count > right.count) - (left.count < right.count);
}

Tag tag_parse(Arena *arena, const char *name, int64_t time)
{
    Tag tag = {.name = name, .time = time};
    tag.semantic = version_parse(arena, name, &tag.version);
    return tag;
}

bool tag_wins(Arena *arena, const Tag *a, const Tag *b)
{
    if (a->semantic != b->semantic) {
        return a->semantic;
    }
    for (int i = 0; a->semantic && i < 3; i++) {
        if (a->version.part[i] != b->version.part[i]) {
            return a->version.part[i] > b->version.part[i];
        }
    }
    int pre = a->semantic ? compare_pre(arena, a->version.pre, b->version.pre) : 0;
    if (pre != 0) {
        return pre > 0;
    }
    return a->time != b->time ? a->time > b->time : strcmp(a->name, b->name) > 0;
}
