/* The text form of arrays and lists: {a,"b c"}. */
#include "cutover/buf.h"
#include "cutover/pg.h"

#include <string.h>

#define ARRAY_MAX (1u << 20)

char *pg_array(Arena *arena, const StrVec *texts)
{
    Buf out = buf_new(arena, ARRAY_MAX);
    buf_char(&out, '{');
    for (size_t i = 0; i < texts->count; i++) {
        buf_text(&out, i ? ",\"" : "\"");
        for (const char *p = texts->items[i]; *p; p++) {
            if (*p == '"' || *p == '\\') {
                buf_char(&out, '\\');
            }
            buf_char(&out, *p);
        }
        buf_char(&out, '"');
    }
    buf_char(&out, '}');
    return out.data;
}

/* One element at *P, up to the comma or brace behind it. */
static char *element(Arena *arena, const char **p)
{
    Buf out = buf_new(arena, ARRAY_MAX);
    bool quoted = false;
    for (; **p && (quoted || (**p != ',' && **p != '}')); (*p)++) {
        if (**p == '"') {
            quoted = !quoted;
            continue;
        }
        if (**p == '\\' && (*p)[1]) {
            (*p)++;
        }
        buf_char(&out, **p);
    }
    return out.data;
}

StrVec pg_array_texts(Arena *arena, const char *text)
{
    StrVec texts = {0};
    if (!text || text[0] != '{' || text[1] == '}') {
        return texts;
    }
    for (const char *p = text + 1; *p; p++) {
        vec_push(arena, &texts, element(arena, &p));
        if (*p != ',') {
            break;
        }
    }
    return texts;
}
