#include "cutover/err.h"

#include "cutover/buf.h"
#include "cutover/str.h"

bool err_set(Arena *arena, Err *err, ErrKind kind, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *err = (Err){.kind = kind, .code = code, .message = arena_vprintf(arena, format, args)};
    va_end(args);
    return false;
}

char *err_text(Arena *arena, const Err *err)
{
    Buf buf = buf_new(arena, 64 * 1024);
    if (err->file) {
        buf_text(&buf, err->file);
        if (err->line) {
            buf_printf(&buf, ":%d", err->line);
        }
        buf_text(&buf, ": ");
    }
    buf_printf(&buf, "%s: %s", err->code ? err->code : "error", err->message);
    if (!str_empty(err->detail)) {
        buf_printf(&buf, " (%s)", err->detail);
    }
    if (!str_empty(err->hint)) {
        buf_printf(&buf, "; %s", err->hint);
    }
    return buf.data;
}

bool err_is_refusal(const Err *err)
{
    return err->kind == ERR_INPUT || err->kind == ERR_DENIED;
}

const char *err_kind_name(ErrKind kind)
{
    static const char *const names[] = {
        [ERR_NONE] = "none",         [ERR_INPUT] = "input",
        [ERR_DENIED] = "denied",     [ERR_NOT_FOUND] = "not_found",
        [ERR_CONFLICT] = "conflict", [ERR_UNAVAILABLE] = "unavailable",
        [ERR_TIMEOUT] = "timeout",   [ERR_CANCELLED] = "cancelled",
        [ERR_LIMIT] = "limit",       [ERR_INTERNAL] = "internal",
    };
    return names[kind];
}
