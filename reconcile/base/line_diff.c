#include "cutover/line_diff.h"

#include "cutover/arena.h"
#include "cutover/str.h"
#include "cutover/vec.h"

#include <string.h>

#define AROUND 3
#define LARGEST_TABLE ((size_t)4 << 20) /* cells; of longer texts all lines count as changed */

typedef struct Change {
    char mark; /* ' ', '-', '+' */
    const char *line;
} Change;

typedef VEC(Change) Changes;

static StrVec lines_of(Arena *arena, const char *text)
{
    StrVec lines = {0};
    while (*text) {
        size_t length = strcspn(text, "\n");
        vec_push(arena, &lines, arena_strndup(arena, text, length));
        text += length + (text[length] == '\n');
    }
    return lines;
}

/* Cell (i, k): how many lines the texts have in common from line i of the one and line k of the other on. */
static const uint32_t *common_table(Arena *arena, const StrVec *a, const StrVec *b)
{
    size_t width = b->count + 1;
    uint32_t *table = arena_array(arena, (a->count + 1) * width, sizeof *table);
    for (size_t i = a->count; i-- > 0;) {
        for (size_t k = b->count; k-- > 0;) {
            uint32_t down = table[(i + 1) * width + k], right = table[i * width + k + 1];
            table[i * width + k] = str_eq(a->items[i], b->items[k])
                                       ? table[(i + 1) * width + k + 1] + 1
                                       : (down > right ? down : right);
        }
    }
    return table;
}

static Changes changes_of(Arena *arena, const StrVec *a, const StrVec *b)
{
    Changes changes = {0};
    size_t width = b->count + 1, i = 0, k = 0;
    bool small = (a->count + 1) * width <= LARGEST_TABLE;
    const uint32_t *table = small ? common_table(arena, a, b) : NULL;
    while (i < a->count || k < b->count) {
        bool more = i < a->count && k < b->count;
        if (more && small && str_eq(a->items[i], b->items[k])) {
            vec_push(arena, &changes, ((Change){' ', a->items[i]}));
            i++;
            k++;
        } else if (k == b->count || (i < a->count && (!small || table[(i + 1) * width + k] >=
                                                                    table[i * width + k + 1]))) {
            vec_push(arena, &changes, ((Change){'-', a->items[i++]}));
        } else {
            vec_push(arena, &changes, ((Change){'+', b->items[k++]}));
        }
    }
    return changes;
}

static bool is_near_a_change(const Changes *changes, size_t at)
{
    size_t from = at < AROUND ? 0 : at - AROUND;
    for (size_t i = from; i < changes->count && i <= at + AROUND; i++) {
        if (changes->items[i].mark != ' ') {
            return true;
        }
    }
    return false;
}

void line_diff(Buf *out, const char *before, const char *after, const char *indent)
{
    if (str_eq(before, after)) {
        return;
    }
    Arena *scratch = arena_new();
    StrVec a = lines_of(scratch, before), b = lines_of(scratch, after);
    Changes changes = changes_of(scratch, &a, &b);
    bool skipped = false;
    for (size_t i = 0; i < changes.count; i++) {
        if (is_near_a_change(&changes, i)) {
            buf_printf(out, "%s%c %s\n", indent, changes.items[i].mark, changes.items[i].line);
            skipped = false;
        } else if (!skipped) {
            buf_printf(out, "%s  ...\n", indent);
            skipped = true;
        }
    }
    arena_free(scratch);
}
