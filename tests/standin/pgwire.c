#include "pgwire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OUT_MAX (1u << 30)
#define OUT_FLUSH 65536

void wire_init(Wire *wire, int fd, Arena *arena)
{
    wire->fd = fd;
    wire->out = buf_new(arena, OUT_MAX);
    wire->in_at = wire->in_end = 0;
    wire->broken = false;
}

/* --- input --- */

static bool fill(Wire *wire)
{
    ssize_t n;
    do {
        n = recv(wire->fd, wire->in, sizeof wire->in, 0);
    } while (n < 0 && errno == EINTR);
    wire->in_at = 0;
    wire->in_end = n > 0 ? (size_t)n : 0;
    wire->broken = wire->broken || n <= 0;
    return n > 0;
}

/* LENGTH bytes into OUT, or nowhere when it is NULL. */
static bool take(Wire *wire, char *out, size_t length)
{
    while (length > 0) {
        if (wire->in_at == wire->in_end && !fill(wire)) {
            return false;
        }
        size_t n = wire->in_end - wire->in_at;
        n = n < length ? n : length;
        if (out) {
            memcpy(out, wire->in + wire->in_at, n);
            out += n;
        }
        wire->in_at += n;
        length -= n;
    }
    return true;
}

static bool take_body(Wire *wire, Arena *arena, WireMessage *message)
{
    uint32_t length;
    if (!take(wire, (char *)&length, sizeof length)) {
        return false;
    }
    length = ntohl(length);
    if (length < 4 || length > 1u << 30) {
        message->invalid = true;
        return false;
    }
    message->oversized = length - 4 > WIRE_MESSAGE_MAX;
    message->length = message->oversized ? 0 : length - 4;
    char *body = arena_alloc(arena, message->length + 1);
    message->body = body;
    return take(wire, message->oversized ? NULL : body, length - 4);
}

bool wire_read(Wire *wire, Arena *arena, WireMessage *message)
{
    *message = (WireMessage){0};
    return take(wire, &message->type, 1) && take_body(wire, arena, message);
}

bool wire_read_startup(Wire *wire, Arena *arena, WireMessage *message)
{
    *message = (WireMessage){0};
    return take_body(wire, arena, message) && !message->oversized;
}

bool wire_has_input(const Wire *wire)
{
    return wire->in_at < wire->in_end;
}

const char *wire_get_bytes(WireMessage *message, size_t length)
{
    if (message->length - message->at < length) {
        message->bad = true;
        message->at = message->length;
        return message->body + message->length;
    }
    message->at += length;
    return message->body + message->at - length;
}

int wire_get_int(WireMessage *message, int bytes)
{
    const unsigned char *p = (const unsigned char *)wire_get_bytes(message, (size_t)bytes);
    if (message->bad) {
        return 0;
    }
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value = value << 8 | p[i];
    }
    return bytes == 2 ? (int16_t)value : (int)value;
}

const char *wire_get_text(WireMessage *message)
{
    size_t length = strnlen(message->body + message->at, message->length - message->at);
    const char *text = wire_get_bytes(message, length + 1);
    return message->bad ? "" : text;
}

/* --- output --- */

void wire_begin(Wire *wire, char type)
{
    buf_char(&wire->out, type);
    wire->started = wire->out.length;
    buf_add(&wire->out, "\0\0\0\0", 4);
}

void wire_int(Wire *wire, int64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        buf_char(&wire->out, (char)(value >> (8 * i)));
    }
}

void wire_text(Wire *wire, const char *text)
{
    buf_add(&wire->out, text, strlen(text) + 1);
}

void wire_bytes(Wire *wire, const char *bytes, size_t length)
{
    buf_add(&wire->out, bytes, length);
}

void wire_end(Wire *wire)
{
    uint32_t length = htonl((uint32_t)(wire->out.length - wire->started));
    if (wire->out.overflow) {
        wire->broken = true;
        return;
    }
    memcpy(wire->out.data + wire->started, &length, sizeof length);
    if (wire->out.length > OUT_FLUSH) {
        wire_flush(wire);
    }
}

void wire_flush(Wire *wire)
{
    size_t at = 0;
    while (!wire->broken && at < wire->out.length) {
        ssize_t n = send(wire->fd, wire->out.data + at, wire->out.length - at, MSG_NOSIGNAL);
        if (n > 0) {
            at += (size_t)n;
        } else if (errno != EINTR) {
            wire->broken = true;
        }
    }
    buf_reset(&wire->out);
}

void wire_done(Wire *wire, const char *tag)
{
    wire_begin(wire, 'C');
    wire_text(wire, tag);
    wire_end(wire);
}

void wire_ready(Wire *wire, char status)
{
    wire_begin(wire, 'Z');
    wire_int(wire, status, 1);
    wire_end(wire);
    wire_flush(wire);
}

static void field(Wire *wire, char code, const char *value)
{
    if (value) {
        wire_int(wire, code, 1);
        wire_text(wire, value);
    }
}

static void report(Wire *wire, char type, const char *severity, const Err *err)
{
    wire_begin(wire, type);
    field(wire, 'S', severity);
    field(wire, 'C', err->sqlstate[0] ? err->sqlstate : "XX000");
    field(wire, 'M', err->message);
    field(wire, 'D', err->detail);
    field(wire, 'H', err->hint);
    if (err->line > 0) { /* of an SQL error: the character, as PostgreSQL counts */
        char position[24];
        snprintf(position, sizeof position, "%d", err->line);
        field(wire, 'P', position);
    }
    wire_int(wire, 0, 1);
    wire_end(wire);
}

void wire_error(Wire *wire, const char *severity, const Err *err)
{
    report(wire, 'E', severity, err);
}

void wire_notice(Wire *wire, const Err *notice)
{
    report(wire, 'N', "NOTICE", notice);
}

void wire_parameter(Wire *wire, const char *name, const char *value)
{
    wire_begin(wire, 'S');
    wire_text(wire, name);
    wire_text(wire, value);
    wire_end(wire);
}
