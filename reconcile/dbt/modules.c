#include "modules.h"

#include "jinja_run.h"
#include "regex.h"

#include "cutover/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- a match ---- */

typedef struct Match {
    const char *text;
    RegexSpan *spans;
    size_t groups;
    const StrVec *names; /* of group number index + 1; "" for one without a name */
} Match;

static PyValue span_text(Arena *arena, const char *text, RegexSpan span)
{
    bool set = span.start != REGEX_UNSET;
    return set ? py_text(arena_strndup(arena, text + span.start, span.end - span.start))
               : py_none();
}

/* Characters, as Python counts. */
static int64_t characters(Arena *arena, const char *text, size_t bytes)
{
    return bytes == REGEX_UNSET ? -1 : (int64_t)py_text_length(arena_strndup(arena, text, bytes));
}

static bool group_number(JinjaCall *call, const Match *match, PyValue value, size_t *number)
{
    *number = value.type == PY_INT ? (size_t)value.integer : match->groups + 1;
    for (size_t i = 0; value.type == PY_STRING && i < match->names->count; i++) {
        *number = str_eq(match->names->items[i], value.text) ? i + 1 : *number;
    }
    return *number <= match->groups || jinja_fail(call->run, "CO2013", "no such group");
}

static bool call_group(JinjaCall *call, void *self, PyValue *out)
{
    const Match *match = self;
    PyValue tuple = py_tuple(call->arena);
    for (size_t i = 0; i < call->count || i == 0; i++) {
        size_t number;
        if (!group_number(call, match, call->count ? call->args[i] : py_int(0), &number)) {
            return false;
        }
        py_append(call->arena, tuple, span_text(call->arena, match->text, match->spans[number]));
    }
    *out = call->count > 1 ? tuple : tuple.list->items[0];
    return true;
}

static bool call_groups(JinjaCall *call, void *self, PyValue *out)
{
    const Match *match = self;
    *out = py_tuple(call->arena);
    for (size_t i = 1; i <= match->groups; i++) {
        py_append(call->arena, *out, span_text(call->arena, match->text, match->spans[i]));
    }
    return true;
}

static bool call_groupdict(JinjaCall *call, void *self, PyValue *out)
{
    const Match *match = self;
    *out = py_dict(call->arena);
    for (size_t i = 0; i < match->names->count; i++) {
        if (*match->names->items[i]) {
            py_dict_put(call->arena, out->dict, match->names->items[i],
                        span_text(call->arena, match->text, match->spans[i + 1]));
        }
    }
    return true;
}

static bool call_span(JinjaCall *call, void *self, PyValue *out)
{
    const Match *match = self;
    PyValue group;
    size_t number;
    if (!jinja_bind(call, "group?", &group) ||
        !group_number(call, match, py_is_undefined(group) ? py_int(0) : group, &number)) {
        return false;
    }
    PyValue start = py_int(characters(call->arena, match->text, match->spans[number].start));
    PyValue end = py_int(characters(call->arena, match->text, match->spans[number].end));
    *out = str_eq(call->name, "start") ? start : end;
    if (str_eq(call->name, "span")) {
        *out = py_tuple(call->arena);
        py_append(call->arena, *out, start);
        py_append(call->arena, *out, end);
    }
    return true;
}

static const JinjaMethod match_methods[] = {
    {"group", call_group}, {"groups", call_groups}, {"groupdict", call_groupdict},
    {"start", call_span},  {"end", call_span},      {"span", call_span},
    {NULL, NULL},
};

static bool match_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    return jinja_method(run, match_methods, self, name, out);
}

static const JinjaClass match_class = {.name = "re.Match", .get = match_get};

/* ---- the functions of re ---- */

typedef struct Search {
    JinjaCall *call;
    Regex *regex;
    const char *pattern, *text;
    PyValue result;
} Search;

static const StrVec *group_names(Search *s)
{
    /* The names stand in the pattern in the order of their groups' numbers only when all have one: asked by name. */
    Arena *arena = s->call->arena;
    StrVec *names = arena_make(arena, StrVec);
    for (size_t i = 0; i < regex_groups(s->regex); i++) {
        vec_push(arena, names, "");
    }
    for (const char *at = s->pattern; (at = strstr(at, "(?P<")); at++) {
        const char *name = at + 4;
        size_t length = strcspn(name, ">");
        size_t number = regex_group(s->regex, arena_strndup(arena, name, length));
        if (number) {
            names->items[number - 1] = arena_strndup(arena, name, length);
        }
    }
    return names;
}

/* 1, 0, or -1 after an error. */
static int find(Search *s, size_t from, RegexHow how, RegexSpan **spans)
{
    int found = regex_find(s->call->arena, s->regex, s->text, from, how, spans);
    if (found < 0) {
        jinja_fail(s->call->run, "CO2041", "the regular expression %s takes too many steps",
                   py_repr(s->call->arena, py_text(s->pattern)));
        return -1;
    }
    return jinja_charge(s->call->run, strlen(s->text) / 16 + 1) ? found : -1;
}

/* The next match of those that do not overlap; *AT and *HOW go on from one to the next. */
static int next_match(Search *s, size_t *at, RegexHow *how, RegexSpan **spans)
{
    int found = *at > strlen(s->text) ? 0 : find(s, *at, *how, spans);
    if (found > 0) {
        *how = REGEX_ADVANCE;
        *at = (*spans)[0].end;
        if ((*spans)[0].start != (*spans)[0].end) {
            *how = REGEX_SEARCH;
        }
    }
    return found;
}

static bool find_one(Search *s, RegexHow how)
{
    RegexSpan *spans;
    int found = find(s, 0, how, &spans);
    s->result = py_none();
    if (found > 0) {
        Match *match = arena_make(s->call->arena, Match);
        *match = (Match){s->text, spans, regex_groups(s->regex), group_names(s)};
        s->result = jinja_object(s->call->arena, &match_class, match);
    }
    return found >= 0;
}

static bool find_all(Search *s)
{
    Arena *arena = s->call->arena;
    size_t at = 0, groups = regex_groups(s->regex);
    RegexHow how = REGEX_SEARCH;
    RegexSpan *spans;
    int found;
    s->result = py_list(arena);
    while ((found = next_match(s, &at, &how, &spans)) > 0) {
        PyValue tuple = py_tuple(arena);
        for (size_t i = groups ? 1 : 0; i <= groups; i++) {
            bool set = spans[i].start != REGEX_UNSET;
            py_append(arena, tuple, set ? span_text(arena, s->text, spans[i]) : py_text(""));
        }
        py_append(arena, s->result, groups > 1 ? tuple : tuple.list->items[0]);
    }
    return found == 0;
}

static bool split(Search *s, int64_t most)
{
    Arena *arena = s->call->arena;
    size_t at = 0, kept = 0;
    RegexHow how = REGEX_SEARCH;
    RegexSpan *spans;
    int found = 0;
    s->result = py_list(arena);
    for (int64_t i = 0; (most == 0 || i < most) && (found = next_match(s, &at, &how, &spans)) > 0;
         i++) {
        py_append(arena, s->result, span_text(arena, s->text, (RegexSpan){kept, spans[0].start}));
        for (size_t g = 1; g <= regex_groups(s->regex); g++) {
            py_append(arena, s->result, span_text(arena, s->text, spans[g]));
        }
        kept = spans[0].end;
    }
    py_append(arena, s->result, py_text(s->text + kept));
    return found >= 0;
}

/* A reference to a group in the text that replaces: \1, \g<1>, \g<name>. */
static bool template_group(Search *s, const char **at, const RegexSpan *spans, Buf *out)
{
    const char *end;
    size_t number = 0;
    if ((*at)[1] == 'g' && (*at)[2] == '<' && (end = strchr(*at, '>'))) {
        const char *name = arena_strndup(s->call->arena, *at + 3, (size_t)(end - *at - 3));
        bool digits = *name && !name[strspn(name, "0123456789")];
        number = digits ? (size_t)strtoul(name, NULL, 10) : regex_group(s->regex, name);
        if (!number && !str_eq(name, "0")) {
            return jinja_fail(s->call->run, "CO2013", "no group is named %s", name);
        }
        *at = end + 1;
    } else {
        char *rest;
        number = strtoul(*at + 1, &rest, 10);
        *at = rest;
    }
    if (number > regex_groups(s->regex)) {
        return jinja_fail(s->call->run, "CO2013", "invalid group reference %zu", number);
    }
    if (spans[number].start != REGEX_UNSET) {
        buf_add(out, s->text + spans[number].start, spans[number].end - spans[number].start);
    }
    return true;
}

static bool replace_one(Search *s, const char *with, const RegexSpan *spans, Buf *out)
{
    static const char letters[] = "abfnrtv\\", means[] = "\a\b\f\n\r\t\v\\";
    const char *at = with;
    while (*at) {
        const char *letter = *at == '\\' && at[1] ? strchr(letters, at[1]) : NULL;
        if (*at != '\\') {
            buf_char(out, *at++);
        } else if (letter) {
            buf_char(out, means[letter - letters]);
            at += 2;
        } else if ((at[1] >= '1' && at[1] <= '9') || at[1] == 'g') {
            if (!template_group(s, &at, spans, out)) {
                return false;
            }
        } else if (!at[1] || isalnum((unsigned char)at[1])) {
            return jinja_fail(s->call->run, "CO2013", "bad escape in %s",
                              py_repr(s->call->arena, py_text(with)));
        } else {
            buf_add(out, at, 2);
            at += 2;
        }
    }
    return true;
}

static bool substitute(Search *s, const char *with, int64_t most)
{
    size_t at = 0, kept = 0;
    RegexHow how = REGEX_SEARCH;
    RegexSpan *spans;
    Buf out = jinja_buf(s->call->run);
    int found = 0;
    for (int64_t i = 0; (most == 0 || i < most) && (found = next_match(s, &at, &how, &spans)) > 0;
         i++) {
        buf_add(&out, s->text + kept, spans[0].start - kept);
        kept = spans[0].end;
        if (!replace_one(s, with, spans, &out)) {
            return false;
        }
    }
    buf_text(&out, s->text + kept);
    return found >= 0 && jinja_buf_done(s->call->run, &out, &s->result);
}

typedef struct ReFunction {
    const char *name, *signature; /* pattern first, text as number TEXT */
    int text, number, flags;      /* which argument is what; -1: it has none */
} ReFunction;

static const ReFunction re_functions[] = {
    {"sub", "pattern repl string count? flags?", 2, 3, 4},
    {"match", "pattern string flags?", 1, -1, 2},
    {"search", "pattern string flags?", 1, -1, 2},
    {"fullmatch", "pattern string flags?", 1, -1, 2},
    {"findall", "pattern string flags?", 1, -1, 2},
    {"split", "pattern string maxsplit? flags?", 1, 2, 3},
};

static bool run_function(Search *s, const ReFunction *function, const PyValue *arg)
{
    int64_t number = 0;
    if (function->number >= 0 &&
        !jinja_int_param(s->call, arg[function->number], "count", 0, &number)) {
        return false;
    }
    if (str_eq(function->name, "sub")) {
        const char *with = jinja_want_text(s->call->run, arg[1], "repl");
        return with && substitute(s, with, number);
    }
    return str_eq(function->name, "findall")  ? find_all(s)
           : str_eq(function->name, "split")  ? split(s, number)
           : str_eq(function->name, "match")  ? find_one(s, REGEX_MATCH)
           : str_eq(function->name, "search") ? find_one(s, REGEX_SEARCH)
                                              : find_one(s, REGEX_FULLMATCH);
}

static bool call_re(JinjaCall *call, void *self, PyValue *out)
{
    const ReFunction *function = self;
    PyValue arg[5];
    int64_t flags;
    if (!jinja_bind(call, function->signature, arg) ||
        !jinja_int_param(call, arg[function->flags], "flags", 0, &flags)) {
        return false;
    }
    Search s = {.call = call,
                .pattern = jinja_want_text(call->run, arg[0], "pattern"),
                .text = jinja_want_text(call->run, arg[function->text], "string")};
    const char *why = NULL;
    if (!s.pattern || !s.text) {
        return false;
    }
    s.regex = regex_compile(call->arena, s.pattern, (int)flags, &why);
    if (!s.regex) {
        return jinja_fail(call->run, "CO2013",
                          "re.%s(): the regular expression %s cannot be read: %s", function->name,
                          py_repr(call->arena, arg[0]), why);
    }
    bool done = run_function(&s, function, arg);
    regex_free(s.regex);
    *out = s.result;
    return done;
}

static bool call_escape(JinjaCall *call, void *self, PyValue *out)
{
    (void)self;
    PyValue arg;
    const char *text =
        jinja_bind(call, "pattern", &arg) ? jinja_want_text(call->run, arg, "pattern") : NULL;
    Buf escaped = jinja_buf(call->run);
    for (const char *at = text; at && *at; at++) {
        buf_text(&escaped, strchr("()[]{}?*+-|^$\\.&~# \t\n\r\v\f", *at) ? "\\" : "");
        buf_char(&escaped, *at);
    }
    return text && jinja_buf_done(call->run, &escaped, out);
}

static const struct {
    const char *name;
    int value;
} re_flags[] = {
    {"IGNORECASE", REGEX_IGNORECASE}, {"I", REGEX_IGNORECASE},  {"MULTILINE", REGEX_MULTILINE},
    {"M", REGEX_MULTILINE},           {"DOTALL", REGEX_DOTALL}, {"S", REGEX_DOTALL},
    {"VERBOSE", REGEX_VERBOSE},       {"X", REGEX_VERBOSE},
};

static bool re_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    (void)self;
    Arena *arena = jinja_arena(run);
    for (size_t i = 0; i < sizeof re_functions / sizeof *re_functions; i++) {
        if (str_eq(name, re_functions[i].name)) {
            *out = jinja_function(arena, name, call_re, (void *)&re_functions[i]);
            return true;
        }
    }
    for (size_t i = 0; i < sizeof re_flags / sizeof *re_flags; i++) {
        if (str_eq(name, re_flags[i].name)) {
            *out = py_int(re_flags[i].value);
            return true;
        }
    }
    if (str_eq(name, "escape")) {
        *out = jinja_function(arena, "escape", call_escape, NULL);
        return true;
    }
    *out = py_undefined(arena_printf(arena, "'modules.re.%s' is not supported by Cutover", name));
    return true;
}

static const JinjaClass re_class = {.name = "module", .get = re_get};

/* ---- modules ---- */

typedef struct Modules {
    bool execute;
} Modules;

static bool modules_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    const Modules *modules = self;
    Arena *arena = jinja_arena(run);
    if (str_eq(name, "re")) {
        *out = jinja_object(arena, &re_class, NULL);
        return true;
    }
    if (!modules->execute) {
        return false;
    }
    bool clock = str_eq(name, "datetime") || str_eq(name, "pytz");
    *out = py_undefined(arena_printf(
        arena, "'modules.%s' is not supported by Cutover%s", name,
        clock ? ": one commit gives the same SQL at any time (use now() or mz_now() in the SQL)"
              : ""));
    return true;
}

static const JinjaClass modules_class = {.name = "modules", .get = modules_get};

PyValue modules_object(Arena *arena, bool execute)
{
    Modules *modules = arena_make(arena, Modules);
    modules->execute = execute;
    return jinja_object(arena, &modules_class, modules);
}
