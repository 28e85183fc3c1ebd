#include "cutover/place.h"

#include "cutover/str.h"

#include <string.h>

/* Of SQL the line at POSITION, or NULL: it ends before that. */
static const char *line_at(Arena *arena, const char *sql, int position)
{
    const char *start = sql;
    int left = position - 1;
    for (const char *p = sql; *p; p++) {
        bool begins = ((unsigned char)*p & 0xC0) != 0x80;
        if (begins && left-- == 0) {
            return str_trim(arena, arena_strndup(arena, start, strcspn(start, "\n")));
        }
        start = *p == '\n' ? p + 1 : start;
    }
    return NULL;
}

int place_line(Arena *arena, const char *sql, int position, const char *file)
{
    const char *wanted = position > 0 ? line_at(arena, sql, position) : NULL;
    StrVec lines = str_split(arena, file, '\n');
    int found = 0;
    for (size_t i = 0; !str_empty(wanted) && i < lines.count; i++) {
        if (str_eq(str_trim(arena, lines.items[i]), wanted)) {
            if (found) {
                return 0;
            }
            found = (int)i + 1;
        }
    }
    return found;
}
