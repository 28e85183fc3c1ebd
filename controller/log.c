#include "cutover/log.h"

#include "cutover/clock.h"
#include "cutover/json.h"
#include "cutover/str.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 65536, SECRET_MIN = 4, SECRETS_MAX = 1000 };

static const char *const level_names[] = {"error", "warn", "info", "debug"};

/* One process, one stderr: the secrets live as long as the process, in an arena that is never freed. */
static struct {
    pthread_mutex_t lock;
    Arena *arena;
    StrVec secrets;
    LogLevel level;
    bool json;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = LEVEL_INFO};

void log_setup(LogLevel level, bool json)
{
    pthread_mutex_lock(&state.lock);
    state.level = level;
    state.json = json;
    pthread_mutex_unlock(&state.lock);
}

bool log_level_parse(const char *text, LogLevel *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
        if (str_eq(text, level_names[i])) {
            *level = (LogLevel)i;
            return true;
        }
    }
    return false;
}

void log_secret(const char *text)
{
    if (!text || strlen(text) < SECRET_MIN) {
        return;
    }
    pthread_mutex_lock(&state.lock);
    if (!state.arena) {
        state.arena = arena_new();
    }
    if (!str_in(&state.secrets, text) && state.secrets.count < SECRETS_MAX) {
        vec_push(state.arena, &state.secrets, arena_strdup(state.arena, text));
    }
    pthread_mutex_unlock(&state.lock);
}

/* Length of the secret that begins at TEXT, the longest one when several do; 0 = none. */
static size_t secret_at(const char *text)
{
    size_t longest = 0;
    vec_each (const char *, secret, &state.secrets) {
        size_t length = strlen(*secret);
        if (length > longest && strncmp(text, *secret, length) == 0) {
            longest = length;
        }
    }
    return longest;
}

/* For TEXT at "://": the bytes of "://user:" and of the password behind it, when there is one. */
static size_t url_password(const char *text, size_t *head)
{
    if (!str_starts(text, "://")) {
        return 0;
    }
    size_t end = 3 + strcspn(text + 3, "/?# \t\n\"'");
    const char *at = memrchr(text + 3, '@', end - 3);
    const char *colon = at ? memchr(text + 3, ':', (size_t)(at - text) - 3) : NULL;
    if (!colon) {
        return 0;
    }
    *head = (size_t)(colon - text) + 1;
    return (size_t)(at - colon) - 1;
}

static char *redact_locked(Arena *arena, const char *text)
{
    Buf out = buf_new(arena, strlen(text) * 3 + 16);
    for (const char *p = text; *p;) {
        size_t head = 0, password = url_password(p, &head), length = secret_at(p);
        if (length > 0) {
            buf_text(&out, "***");
            p += length;
        } else if (password > 0) {
            buf_add(&out, p, head);
            buf_text(&out, "***");
            p += head + password;
        } else {
            buf_char(&out, *p++);
        }
    }
    return out.data;
}

char *log_redact(Arena *arena, const char *text)
{
    if (!text) {
        return NULL;
    }
    pthread_mutex_lock(&state.lock);
    char *clean = redact_locked(arena, text);
    pthread_mutex_unlock(&state.lock);
    return clean;
}

static const struct {
    const char *name;
    size_t offset;
} text_fields[] = {
    {"event", offsetof(LogFields, event)},
    {"environment", offsetof(LogFields, environment)},
    {"deployment", offsetof(LogFields, deployment)},
    {"phase", offsetof(LogFields, phase)},
    {"repository", offsetof(LogFields, repository)},
    {"commit", offsetof(LogFields, commit)},
    {"object", offsetof(LogFields, object)},
    {"statement", offsetof(LogFields, statement)},
    {"sqlstate", offsetof(LogFields, sqlstate)},
    {"code", offsetof(LogFields, code)},
    {"error", offsetof(LogFields, error)},
};

enum { TEXT_FIELDS = sizeof text_fields / sizeof *text_fields };

static const char *field_text(const LogFields *fields, size_t i)
{
    return fields ? *(const char *const *)((const char *)fields + text_fields[i].offset) : NULL;
}

static void write_json(Buf *out, LogLevel level, const LogFields *fields, const char *message)
{
    JsonOut json = json_out(out);
    json_open_object(&json);
    json_put_str(&json, "time", moment_iso(out->arena, clock_now()));
    json_put_str(&json, "level", level_names[level]);
    json_put_str(&json, "msg", log_redact(out->arena, message));
    for (size_t i = 0; i < TEXT_FIELDS; i++) {
        json_put_str(&json, text_fields[i].name, log_redact(out->arena, field_text(fields, i)));
    }
    if (fields && fields->duration_ms > 0) {
        json_put_int(&json, "duration_ms", fields->duration_ms);
    }
    json_close_object(&json);
}

/* Control characters would let a commit's subject draw on somebody's terminal. */
static void add_printable(Buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        buf_char(out, (unsigned char)*p < ' ' || *p == 0x7f ? ' ' : *p);
    }
}

static void write_text(Buf *out, LogLevel level, const LogFields *fields, const char *message)
{
    const char *now = moment_text(out->arena, clock_now());
    buf_printf(out, "%.8s %-5s ", strlen(now) > 11 ? now + 11 : now, level_names[level]);
    add_printable(out, log_redact(out->arena, message));
    for (size_t i = 0; i < TEXT_FIELDS; i++) {
        const char *text = field_text(fields, i);
        if (text) {
            buf_printf(out, "  %s=", text_fields[i].name);
            add_printable(out, log_redact(out->arena, text));
        }
    }
    if (fields && fields->duration_ms > 0) {
        buf_printf(out, "  duration_ms=%lld", (long long)fields->duration_ms);
    }
}

void log_write(LogLevel level, const LogFields *fields, const char *format, ...)
{
    pthread_mutex_lock(&state.lock);
    bool wanted = level <= state.level, json = state.json;
    pthread_mutex_unlock(&state.lock);
    if (!wanted) {
        return;
    }
    Arena *arena = arena_new();
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(arena, format, args);
    va_end(args);
    Buf line = buf_new(arena, LINE_MAX_BYTES);
    (json ? write_json : write_text)(&line, level, fields, message);
    if (line.overflow) {
        buf_reset(&line);
        (json ? write_json : write_text)(&line, level, NULL, "a log line was too long to write");
    }
    buf_char(&line, '\n');
    if (write(STDERR_FILENO, line.data, line.length) < 0) {
        /* there is nowhere to tell it */
    }
    arena_free(arena);
}

void log_error(LogLevel level, const LogFields *fields, const char *what, const Err *err)
{
    Arena *arena = arena_new();
    LogFields all = fields ? *fields : (LogFields){0};
    all.code = err->code;
    all.sqlstate = err->sqlstate[0] ? err->sqlstate : NULL;
    all.error = err_text(arena, err);
    log_write(level, &all, "%s", what);
    arena_free(arena);
}
