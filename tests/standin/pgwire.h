/*
 * Framing of the PostgreSQL protocol 3.0, server side. Input is bounded; output is collected and sent
 * when it has grown or when the caller flushes. A broken connection shows in `broken` and is never
 * an error of its own: the session ends when it next reads.
 */
#ifndef STANDIN_PGWIRE_H
#define STANDIN_PGWIRE_H

#include "cutover/buf.h"
#include "cutover/err.h"

#include <stdint.h>

#define WIRE_MESSAGE_MAX 2000000

typedef struct Wire {
    int fd;
    Buf out;
    size_t started; /* where the message being written begins */
    size_t in_at, in_end;
    bool broken;
    char in[16384];
} Wire;

/* One message from the client; `body` is NUL-terminated behind its last byte. */
typedef struct WireMessage {
    char type; /* '\0' for a start-up packet */
    const char *body;
    size_t length, at;
    bool bad;       /* something was read past the end */
    bool oversized; /* the body was skipped */
    bool invalid;   /* its length cannot be: nothing behind it can be read */
} WireMessage;

void wire_init(Wire *wire, int fd, Arena *arena);

/* The next message, its body in ARENA. False when the connection is at its end. */
bool wire_read(Wire *wire, Arena *arena, WireMessage *message);
bool wire_read_startup(Wire *wire, Arena *arena, WireMessage *message);

/* Is there input that was not read yet? */
bool wire_has_input(const Wire *wire);

int wire_get_int(WireMessage *message, int bytes); /* big endian, signed for 2 and 4 bytes */
const char *wire_get_text(WireMessage *message);
const char *wire_get_bytes(WireMessage *message, size_t length);

void wire_begin(Wire *wire, char type);
void wire_int(Wire *wire, int64_t value, int bytes);
void wire_text(Wire *wire, const char *text);
void wire_bytes(Wire *wire, const char *bytes, size_t length);
void wire_end(Wire *wire);
void wire_flush(Wire *wire);

/* Whole messages. */
void wire_done(Wire *wire, const char *tag);
void wire_ready(Wire *wire, char status);
void wire_error(Wire *wire, const char *severity, const Err *err);
void wire_notice(Wire *wire, const Err *notice);
void wire_parameter(Wire *wire, const char *name, const char *value);

#endif
