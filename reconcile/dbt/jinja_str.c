/* Methods of str. */
#include "jinja_run.h"

#include "cutover/str.h"

#include <string.h>

/* --- characters ----------------------------------------------------------------------------- */

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f) || c == 0x85 ||
           c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool give(JinjaCall *call, const char *text, PyValue *out)
{
    *out = py_text(text);
    return jinja_charge(call->run, strlen(text) / 64 + 1);
}

static PyValue piece(JinjaCall *call, const char *start, const char *end)
{
    return py_text(arena_strndup(call->arena, start, (size_t)(end - start)));
}

/* --- case ----------------------------------------------------------------------------------- */

static bool str_upper(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return give(call, jinja_upper_text(call->arena, self.text), out);
}

static bool str_lower_(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return give(call, jinja_lower_text(call->arena, self.text), out);
}

/* What is lower becomes upper and the other way round. */
static bool str_swapcase(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    Buf text = jinja_buf(call->run);
    bool word = false;
    const char *p = self.text;
    for (uint32_t c; (c = py_text_next(&p)) != 0;) {
        if (jinja_is_upper(c)) {
            jinja_put_lower(&text, c, p, &word);
            continue;
        }
        if (jinja_is_lower(c)) {
            jinja_put_upper(&text, c);
        } else {
            py_write_char(&text, c);
        }
        jinja_pass(c, &word);
    }
    return jinja_buf_done(call->run, &text, out);
}

static bool str_capitalize(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    Buf text = jinja_buf(call->run);
    bool word = false;
    const char *p = self.text;
    uint32_t c = py_text_next(&p);
    if (c) {
        jinja_put_title(&text, c);
        jinja_pass(c, &word);
    }
    while (c && (c = py_text_next(&p)) != 0) {
        jinja_put_lower(&text, c, p, &word);
    }
    return jinja_buf_done(call->run, &text, out);
}

static bool str_title(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    Buf text = jinja_buf(call->run);
    bool inside = false, word = false;
    const char *p = self.text;
    for (uint32_t c; (c = py_text_next(&p)) != 0;) {
        if (inside) {
            jinja_put_lower(&text, c, p, &word);
        } else {
            jinja_put_title(&text, c);
            jinja_pass(c, &word);
        }
        inside = jinja_is_cased(c);
    }
    return jinja_buf_done(call->run, &text, out);
}

/* Python folds more than it maps to lower case: beyond ASCII that is not known here. */
static bool str_casefold(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    for (const char *p = self.text; *p; p++) {
        if (*p & 0x80) {
            return jinja_fail(call->run, "CO2010", "casefold() is supported for ASCII alone");
        }
    }
    return give(call, jinja_lower_text(call->arena, self.text), out);
}

/* --- questions ------------------------------------------------------------------------------ */

typedef enum CharClass {
    CLASS_ALPHA,
    CLASS_DIGIT,
    CLASS_ALNUM,
    CLASS_SPACE,
    CLASS_LOWER,
    CLASS_UPPER
} CharClass;

/* All characters are of the class (for case: no letter of the other one, and at least one). */
static bool all_of(const char *text, CharClass class)
{
    bool any = false;
    for (uint32_t c; (c = py_text_next(&text)) != 0;) {
        bool upper = jinja_is_upper(c), lower = jinja_is_lower(c);
        bool title = !upper && !lower && jinja_is_cased(c);
        bool wanted[] = {jinja_is_letter(c), is_digit(c), jinja_is_letter(c) || is_digit(c),
                         is_space(c),        lower,       upper};
        bool refused = class == CLASS_LOWER   ? upper || title
                       : class == CLASS_UPPER ? lower || title
                                              : !wanted[class];
        if (refused) {
            return false;
        }
        any = any || wanted[class];
    }
    return any;
}

#define QUESTION(name, class)                                                                      \
    static bool name(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)              \
    {                                                                                              \
        (void)arg;                                                                                 \
        *out = py_bool(all_of(self.text, class));                                                  \
        return jinja_charge(call->run, strlen(self.text) / 16);                                    \
    }

QUESTION(str_isalpha, CLASS_ALPHA)
QUESTION(str_isdigit, CLASS_DIGIT)
QUESTION(str_isalnum, CLASS_ALNUM)
QUESTION(str_isspace, CLASS_SPACE)
QUESTION(str_islower, CLASS_LOWER)
QUESTION(str_isupper, CLASS_UPPER)

/* One text or a tuple of them: does SELF begin (or end) with any? */
static bool affix(JinjaCall *call, PyValue self, PyValue what, bool start, PyValue *out)
{
    PyList one = {.items = &what, .count = 1};
    const PyList *list = what.type == PY_TUPLE ? what.list : &one;
    *out = py_bool(false);
    for (size_t i = 0; i < list->count; i++) {
        const char *text;
        if (!jinja_text_param(call, list->items[i], "prefix", NULL, &text)) {
            return false;
        }
        if (start ? str_starts(self.text, text) : str_ends(self.text, text)) {
            *out = py_bool(true);
        }
    }
    return true;
}

static bool str_startswith(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return affix(call, self, arg[0], true, out);
}

static bool str_endswith(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return affix(call, self, arg[0], false, out);
}

/* --- stripping ------------------------------------------------------------------------------ */

enum { STRIP_LEFT = 1, STRIP_RIGHT = 2 };

static bool in_set(const char *set, uint32_t c)
{
    if (!set) {
        return is_space(c);
    }
    for (uint32_t member; (member = py_text_next(&set)) != 0;) {
        if (member == c) {
            return true;
        }
    }
    return false;
}

static bool strip(JinjaCall *call, PyValue self, PyValue chars, int sides, PyValue *out)
{
    bool all_space = chars.type == PY_UNDEFINED || chars.type == PY_NONE;
    if (!all_space && chars.type != PY_STRING) {
        return jinja_want_text(call->run, chars, "chars");
    }
    const char *set = all_space ? NULL : chars.text, *start = self.text;
    for (const char *p = start; (sides & STRIP_LEFT) && in_set(set, py_text_next(&p)) && *start;) {
        start = p;
    }
    const char *end = start + strlen(start);
    while ((sides & STRIP_RIGHT) && end > start) {
        const char *last = end - 1;
        while (last > start && ((unsigned char)*last & 0xc0) == 0x80) {
            last--;
        }
        const char *p = last;
        if (!in_set(set, py_text_next(&p))) {
            break;
        }
        end = last;
    }
    *out = piece(call, start, end);
    return jinja_charge(call->run, strlen(self.text) / 64);
}

static bool str_strip(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return strip(call, self, arg[0], STRIP_LEFT | STRIP_RIGHT, out);
}

static bool str_lstrip(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return strip(call, self, arg[0], STRIP_LEFT, out);
}

static bool str_rstrip(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return strip(call, self, arg[0], STRIP_RIGHT, out);
}

static bool str_removeprefix(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    const char *prefix = jinja_want_text(call->run, arg[0], "prefix");
    if (prefix) {
        *out = py_text(self.text + (str_starts(self.text, prefix) ? strlen(prefix) : 0));
    }
    return prefix;
}

static bool str_removesuffix(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    const char *suffix = jinja_want_text(call->run, arg[0], "suffix");
    if (suffix) {
        size_t length = strlen(self.text) - (str_ends(self.text, suffix) ? strlen(suffix) : 0);
        *out = py_text(arena_strndup(call->arena, self.text, length));
    }
    return suffix;
}

/* --- splitting and joining ------------------------------------------------------------------ */

static bool empty_separator(JinjaCall *call)
{
    return jinja_fail(call->run, "CO2013", "%s(): the separator is empty", call->name);
}

static void split_words(JinjaCall *call, const char *text, int64_t most, PyValue list)
{
    for (;;) {
        const char *start = text;
        while (is_space(py_text_next(&text))) {
            start = text;
        }
        if (!*start) {
            return;
        }
        const char *end = text = start;
        if (most-- == 0) {
            end = start + strlen(start);
            while (end > start && is_space((unsigned char)end[-1])) {
                end--;
            }
            py_append(call->arena, list, piece(call, start, end));
            return;
        }
        for (uint32_t c; (c = py_text_next(&text)) != 0 && !is_space(c);) {
            end = text;
        }
        py_append(call->arena, list, piece(call, start, end));
    }
}

static void split_at(JinjaCall *call, const char *text, const char *separator, int64_t most,
                     PyValue list)
{
    for (const char *found; most-- != 0 && (found = strstr(text, separator)) != NULL;) {
        py_append(call->arena, list, piece(call, text, found));
        text = found + strlen(separator);
    }
    py_append(call->arena, list, py_text(text));
}

static bool str_split_(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    int64_t most;
    bool words = arg[0].type == PY_NONE || arg[0].type == PY_UNDEFINED;
    if (!jinja_int_param(call, arg[1], "maxsplit", -1, &most)) {
        return false;
    }
    *out = py_list(call->arena);
    if (words) {
        split_words(call, self.text, most, *out);
    } else {
        const char *separator = jinja_want_text(call->run, arg[0], "sep");
        if (!separator || !*separator) {
            return separator && empty_separator(call);
        }
        split_at(call, self.text, separator, most, *out);
    }
    return jinja_charge(call->run, out->list->count);
}

static const char *find_last(const char *text, const char *separator)
{
    const char *last = NULL;
    for (const char *p = text; (p = strstr(p, separator)) != NULL; p++) {
        last = p;
    }
    return last;
}

/* The last MOST separators count; the parts come out in the text's order. */
static bool str_rsplit(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    int64_t most;
    if (!jinja_int_param(call, arg[1], "maxsplit", -1, &most)) {
        return false;
    }
    if (most < 0 || arg[0].type != PY_STRING) {
        return str_split_(call, self, arg, out);
    }
    if (!*arg[0].text) {
        return empty_separator(call);
    }
    PyValue all = py_list(call->arena);
    split_at(call, self.text, arg[0].text, -1, all);
    size_t joined = all.list->count > (size_t)most ? all.list->count - (size_t)most : 1;
    *out = py_list(call->arena);
    const char *end = self.text;
    for (size_t i = 0; i < all.list->count; i++) {
        end += strlen(all.list->items[i].text) + (i ? strlen(arg[0].text) : 0);
        if (i + 1 == joined) {
            py_append(call->arena, *out, piece(call, self.text, end));
        } else if (i + 1 > joined) {
            py_append(call->arena, *out, all.list->items[i]);
        }
    }
    return jinja_charge(call->run, all.list->count);
}

static bool partition(JinjaCall *call, PyValue self, PyValue separator, bool last, PyValue *out)
{
    const char *text = jinja_want_text(call->run, separator, "sep");
    if (!text || !*text) {
        return text && empty_separator(call);
    }
    const char *found = last ? find_last(self.text, text) : strstr(self.text, text);
    PyValue empty = py_text("");
    *out = py_tuple(call->arena);
    py_append(call->arena, *out, found ? piece(call, self.text, found) : last ? empty : self);
    py_append(call->arena, *out, found ? separator : empty);
    py_append(call->arena, *out, found ? py_text(found + strlen(text)) : last ? self : empty);
    return true;
}

static bool str_partition(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return partition(call, self, arg[0], false, out);
}

static bool str_rpartition(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return partition(call, self, arg[0], true, out);
}

PyValue jinja_lines(Arena *arena, const char *text)
{
    PyValue lines = py_list(arena);
    while (*text) {
        size_t length = strcspn(text, "\n\r\v\f");
        py_append(arena, lines, py_text(arena_strndup(arena, text, length)));
        text += length;
        text += *text == '\r' && text[1] == '\n' ? 2 : *text != '\0';
    }
    return lines;
}

static bool str_splitlines(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    *out = jinja_lines(call->arena, self.text);
    return jinja_charge(call->run, out->list->count);
}

static bool str_join_(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    PyList items;
    Buf text = jinja_buf(call->run);
    if (!jinja_items(call->run, arg[0], &items)) {
        return false;
    }
    for (size_t i = 0; i < items.count; i++) {
        const char *item = jinja_want_text(call->run, items.items[i], "each item");
        if (!item) {
            return false;
        }
        buf_text(&text, i ? self.text : "");
        buf_text(&text, item);
    }
    return jinja_buf_done(call->run, &text, out);
}

/* --- searching ------------------------------------------------------------------------------ */

/* The characters of SELF between the bounds of find(), index() and count(). */
static bool window(JinjaCall *call, PyValue self, const PyValue *arg, int64_t *start,
                   const char **text)
{
    int64_t length = (int64_t)py_text_length(self.text), stop;
    if (!jinja_int_param(call, arg[1], "start", 0, start) ||
        !jinja_int_param(call, arg[2], "end", length, &stop)) {
        return false;
    }
    *start += *start < 0 ? length : 0;
    stop += stop < 0 ? length : 0;
    *start = *start < 0 ? 0 : *start;
    stop = stop > length ? length : stop;
    size_t from = py_text_offset(self.text, (size_t)*start);
    size_t to = stop > *start ? py_text_offset(self.text, (size_t)stop) : from;
    *text = *start > length ? NULL : arena_strndup(call->arena, self.text + from, to - from);
    return jinja_charge(call->run, (size_t)length / 16);
}

static bool find(JinjaCall *call, PyValue self, const PyValue *arg, bool last, PyValue *out)
{
    int64_t start;
    const char *text, *what = jinja_want_text(call->run, arg[0], "sub");
    if (!what || !window(call, self, arg, &start, &text)) {
        return false;
    }
    const char *found = !text  ? NULL
                        : last ? (*what ? find_last(text, what) : text + strlen(text))
                               : strstr(text, what);
    int64_t before =
        found ? (int64_t)py_text_length(arena_strndup(call->arena, text, (size_t)(found - text)))
              : 0;
    *out = py_int(found ? start + before : -1);
    return true;
}

static bool str_find(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return find(call, self, arg, false, out);
}

static bool str_rfind(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return find(call, self, arg, true, out);
}

static bool must_find(JinjaCall *call, PyValue found)
{
    return found.integer >= 0 || jinja_fail(call->run, "CO2013", "%s(): not found", call->name);
}

static bool str_index(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return find(call, self, arg, false, out) && must_find(call, *out);
}

static bool str_rindex(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return find(call, self, arg, true, out) && must_find(call, *out);
}

static bool str_count(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    int64_t start, count = 0;
    const char *text, *what = jinja_want_text(call->run, arg[0], "sub");
    if (!what || !window(call, self, arg, &start, &text)) {
        return false;
    }
    if (text && !*what) {
        count = (int64_t)py_text_length(text) + 1;
    }
    for (const char *p = text; p && *what && (p = strstr(p, what)) != NULL; p += strlen(what)) {
        count++;
    }
    *out = py_int(count);
    return true;
}

bool jinja_replace(JinjaRun *run, const char *text, const char *old, const char *new, int64_t most,
                   PyValue *out)
{
    Buf replaced = jinja_buf(run);
    while (*old && most-- != 0) {
        const char *found = strstr(text, old);
        if (!found) {
            break;
        }
        buf_add(&replaced, text, (size_t)(found - text));
        buf_text(&replaced, new);
        text = found + strlen(old);
    }
    /* An empty `old` stands between all characters. */
    for (; !*old && most != 0; most--) {
        const char *start = text;
        buf_text(&replaced, new);
        if (!py_text_next(&text)) {
            break;
        }
        buf_add(&replaced, start, (size_t)(text - start));
    }
    buf_text(&replaced, text);
    return jinja_buf_done(run, &replaced, out);
}

static bool str_replace(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    int64_t most;
    const char *old = jinja_want_text(call->run, arg[0], "old");
    const char *new = old ? jinja_want_text(call->run, arg[1], "new") : NULL;
    return new && jinja_int_param(call, arg[2], "count", -1, &most) &&
           jinja_replace(call->run, self.text, old, new, most, out);
}

/* --- padding -------------------------------------------------------------------------------- */

static void pad(Buf *text, const char *fill, int64_t count)
{
    for (int64_t i = 0; i < count && !text->overflow; i++) {
        buf_text(text, fill);
    }
}

typedef enum Align { ALIGN_LEFT, ALIGN_RIGHT, ALIGN_CENTER } Align;

static bool justify(JinjaCall *call, PyValue self, const PyValue *arg, Align align, PyValue *out)
{
    int64_t width;
    const char *fill;
    if (!jinja_int_param(call, arg[0], "width", 80, &width) ||
        !jinja_text_param(call, arg[1], "fillchar", " ", &fill)) {
        return false;
    }
    if (py_text_length(fill) != 1) {
        return jinja_fail(call->run, "CO2011", "%s(): the fill must be one character", call->name);
    }
    int64_t room = width - (int64_t)py_text_length(self.text);
    room = room > 0 ? room : 0;
    int64_t left = align == ALIGN_LEFT    ? 0
                   : align == ALIGN_RIGHT ? room
                                          : room / 2 + (room & width & 1);
    Buf text = jinja_buf(call->run);
    pad(&text, fill, left);
    buf_text(&text, self.text);
    pad(&text, fill, room - left);
    return jinja_buf_done(call->run, &text, out);
}

static bool str_ljust(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return justify(call, self, arg, ALIGN_LEFT, out);
}

static bool str_rjust(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return justify(call, self, arg, ALIGN_RIGHT, out);
}

static bool str_center(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return justify(call, self, arg, ALIGN_CENTER, out);
}

static bool str_zfill(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    int64_t width;
    if (!jinja_int_param(call, arg[0], "width", 0, &width)) {
        return false;
    }
    const char *p = self.text;
    Buf text = jinja_buf(call->run);
    if (*p == '-' || *p == '+') {
        buf_char(&text, *p++);
    }
    pad(&text, "0", width - (int64_t)py_text_length(self.text));
    buf_text(&text, p);
    return jinja_buf_done(call->run, &text, out);
}

static bool str_format(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return jinja_format(call, self.text, out);
}

const Builtin jinja_str_methods[] = {
    {"lower", "", str_lower_},
    {"upper", "", str_upper},
    {"casefold", "", str_casefold},
    {"swapcase", "", str_swapcase},
    {"capitalize", "", str_capitalize},
    {"title", "", str_title},
    {"strip", "chars?", str_strip},
    {"lstrip", "chars?", str_lstrip},
    {"rstrip", "chars?", str_rstrip},
    {"removeprefix", "prefix", str_removeprefix},
    {"removesuffix", "suffix", str_removesuffix},
    {"split", "sep? maxsplit?", str_split_},
    {"rsplit", "sep? maxsplit?", str_rsplit},
    {"splitlines", "keepends?", str_splitlines},
    {"partition", "sep", str_partition},
    {"rpartition", "sep", str_rpartition},
    {"join", "iterable", str_join_},
    {"replace", "old new count?", str_replace},
    {"startswith", "prefix", str_startswith},
    {"endswith", "suffix", str_endswith},
    {"find", "sub start? end?", str_find},
    {"rfind", "sub start? end?", str_rfind},
    {"index", "sub start? end?", str_index},
    {"rindex", "sub start? end?", str_rindex},
    {"count", "sub start? end?", str_count},
    {"format", "args* named**", str_format},
    {"ljust", "width fillchar?", str_ljust},
    {"rjust", "width fillchar?", str_rjust},
    {"center", "width fillchar?", str_center},
    {"zfill", "width", str_zfill},
    {"isalpha", "", str_isalpha},
    {"isdigit", "", str_isdigit},
    {"isdecimal", "", str_isdigit},
    {"isnumeric", "", str_isdigit},
    {"isalnum", "", str_isalnum},
    {"isspace", "", str_isspace},
    {"islower", "", str_islower},
    {"isupper", "", str_isupper},
    {NULL, NULL, NULL},
};
