/*
 * Findings about what a person wrote, each with its place: all of them in one run, as a compiler does.
 * Codes are stable and never reused: CO1 configuration, CO2 Jinja, CO3 project, CO4 plan (41 refusals,
 * 42 warnings), CO5 Materialize, CO6 Git, CO7 checks and gates, CO8 messages and HTTP.
 */
#ifndef CUTOVER_DIAG_H
#define CUTOVER_DIAG_H

#include "cutover/buf.h"
#include "cutover/json.h"
#include "cutover/vec.h"

typedef enum DiagSeverity { DIAG_ERROR, DIAG_WARNING, DIAG_REFUSED } DiagSeverity;

typedef struct Diag {
    DiagSeverity severity;
    const char *code;
    const char *message; /* one line */
    const char *file;    /* relative to the project or repository; NULL = no place */
    int line, column;    /* 1-based; column counts characters; 0 = unknown */
    int length;          /* characters to underline; 0 = one */
    const char *excerpt; /* the source line, without its newline, or NULL */
    const char *label;   /* short text behind the carets, e.g. did you mean "x"? */
    const char *object;  /* dotted name of the object concerned, or NULL */
    const char *hint;    /* what to do; may hold several lines */
    StrVec chain;        /* "called from models/a.sql:3:4", "in macro x" ... nearest first */
} Diag;

typedef struct Diags {
    Arena *arena;
    VEC(Diag) list;
} Diags;

/* An empty list whose texts live in ARENA. */
Diags diags_new(Arena *arena);

/* Adds a finding and returns it, to set place and hints; valid until the next is added. */
Diag *diag_add(Diags *diags, DiagSeverity severity, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds what FROM holds, whose arena lives as long. */
void diags_take(Diags *diags, const Diags *from);

/* Sets the place of DIAG and takes the excerpt out of TEXT (the whole file, may be NULL). */
void diag_place(Diags *diags, Diag *diag, const char *file, const char *text, size_t text_length,
                int line, int column, int length);

size_t diags_count(const Diags *diags, DiagSeverity severity);

/* The first one, owned by DIAGS and valid until the next is added; NULL: there is none. */
const Diag *diags_first(const Diags *diags, DiagSeverity severity);

/* Text as in docs/interface.md 4.4, one finding after the other, without the closing summary. */
void diags_write_text(Buf *out, const Diags *diags, bool color);

/* "2 files, 3 errors, 0 warnings" */
void diags_write_summary(Buf *out, const Diags *diags);

/* An array of `diagnostic` objects as in docs/interface.md 4.5. */
void diags_write_json(JsonOut *out, const Diags *diags);

#endif
