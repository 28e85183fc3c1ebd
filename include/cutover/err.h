/*
 * Why something failed, as a value. Functions that can fail return bool (true: done) and fill an Err
 * that the caller provides; whoever decides what to do about it prints it, nobody else.
 *
 * The kind decides the reaction: UNAVAILABLE and TIMEOUT are tried again, CONFLICT observes again,
 * INPUT and DENIED fail the commit until somebody changes something.
 */
#ifndef CUTOVER_ERR_H
#define CUTOVER_ERR_H

#include "cutover/arena.h"

#include <stdbool.h>

typedef enum ErrKind {
    ERR_NONE,
    ERR_INPUT,  /* what a person wrote is wrong */
    ERR_DENIED, /* a privilege or a credential is missing */
    ERR_NOT_FOUND,
    ERR_CONFLICT,    /* the world changed meanwhile (40001, or a name that is taken) */
    ERR_UNAVAILABLE, /* not reachable right now */
    ERR_TIMEOUT,
    ERR_CANCELLED, /* a signal asked us to stop */
    ERR_LIMIT,     /* larger than allowed */
    ERR_INTERNAL,
} ErrKind;

typedef struct Err {
    ErrKind kind;
    const char *code;    /* stable, e.g. "CO5001" */
    const char *message; /* one sentence, no newline */
    const char *detail;  /* the other side's words, or NULL */
    const char *hint;    /* what to do, or NULL */
    const char *file;    /* place, or NULL */
    int line;            /* 1-based, 0 = unknown */
    int position; /* of the character of a statement that the server stopped at, 1-based; 0 = unknown */
    char sqlstate[6]; /* "" when it did not come from a server */
} Err;

/* Fills ERR (texts are owned by ARENA) and returns false, so that one can write `return err_set(...)`. */
bool err_set(Arena *arena, Err *err, ErrKind kind, const char *code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* "CO5001: message (detail); hint", in ARENA. */
char *err_text(Arena *arena, const Err *err);

/* The other side said no and would say it again, until somebody changes something: INPUT or DENIED. */
bool err_is_refusal(const Err *err);

/* The kind's name in lower case, for metrics and logs. */
const char *err_kind_name(ErrKind kind);

#endif
