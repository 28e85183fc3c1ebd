/*
 * One decoder from YAML maps to structs, driven by tables: a row for each key says its type, its range, its
 * default and where it goes. Unknown keys, wrong types and values out of range become findings with the
 * nearest known name. Both configuration files are read by it.
 */
#ifndef CUTOVER_DECODE_H
#define CUTOVER_DECODE_H

#include "cutover/diag.h"
#include "cutover/yaml.h"

typedef enum DecodeType {
    DECODE_TEXT,     /* const char * */
    DECODE_NAME,     /* const char *: [a-z][a-z0-9_-]{0,39} */
    DECODE_INT,      /* int64_t in [min, max] */
    DECODE_DURATION, /* int64_t seconds in [min, max] */
    DECODE_CREDITS,  /* double, above 0 */
    DECODE_BYTES,    /* int64_t in [min, max], written 512MiB */
    DECODE_TEXTS,    /* StrVec: a list of texts, or one text */
    DECODE_CHOICE,   /* const char *: one of `words` */
    DECODE_MAP,      /* struct inside: `table` decodes it at the offset */
    DECODE_NAMED,    /* map of name to struct: `named` is called for each member */
    DECODE_YAML,     /* const Yaml *: kept as it is */
    DECODE_SECRET,   /* SecretRef: {env: NAME} or {file: PATH}; a plain text is refused unseen */
    DECODE_LATER, /* known, but its feature does not exist yet: refused unless it equals `same` */
} DecodeType;

/* Where a secret is, never what it is; both NULL: not given. Who may read it does so when it is used. */
typedef struct SecretRef {
    const char *env, *file; /* at most one is set */
} SecretRef;

typedef struct DecodeField DecodeField;

typedef struct Decode {
    Arena *arena;
    Diags *diags;
    const char *file, *text;
    size_t length;
} Decode;

/* Called for one member of a DECODE_NAMED map: NAME is checked already. */
typedef void (*DecodeNamed)(Decode *decode, const YamlMember *member, const char *path, void *into);

struct DecodeField {
    const char *key;
    DecodeType type;
    size_t offset;
    int64_t min, max;         /* of numbers and durations */
    const char *words;        /* of a choice, and of `same`: "a b c" */
    const DecodeField *table; /* of DECODE_MAP */
    DecodeNamed named;        /* of DECODE_NAMED */
    bool required;
    size_t given; /* offset of a bool that becomes true when the key is there; 0: none */
};

/* Decodes MAP into INTO by TABLE (closed by a row without key). PATH names the map in findings, e.g.
 * "environments.production"; "" is the file itself. */
void decode_map(Decode *decode, const Yaml *map, const char *path, const DecodeField *table,
                void *into);

/* A finding at a value's place; CODE is CO10xx. */
Diag *decode_finding(Decode *decode, int line, int column, const char *code, const char *format,
                     ...) __attribute__((format(printf, 5, 6)));

/* [a-z][a-z0-9_-]{0,39} */
bool decode_is_name(const char *text);

#endif
