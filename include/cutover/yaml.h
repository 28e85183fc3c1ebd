/*
 * YAML as a tree with places, over libyaml. Anchors, aliases and << merges work within bounds; duplicate
 * keys, deep nesting, alias bombs and invalid UTF-8 are findings.
 */
#ifndef CUTOVER_YAML_H
#define CUTOVER_YAML_H

#include "cutover/diag.h"
#include "cutover/map.h"

typedef enum YamlType { YAML_IS_SCALAR, YAML_IS_LIST, YAML_IS_MAP } YamlType;

typedef struct Yaml Yaml;

typedef struct YamlMember {
    const char *key;
    int key_line, key_column; /* 1-based */
    Yaml *value;
} YamlMember;

struct Yaml {
    YamlType type;
    const char *text; /* of a scalar */
    bool quoted;      /* the scalar was in quotes or a block: it is a text whatever it looks like */
    int line, column; /* 1-based */
    VEC(Yaml *) items;       /* of a list */
    VEC(YamlMember) members; /* of a map, in order, merges applied */
};

typedef struct YamlLimits {
    size_t depth;   /* 0: 64 */
    size_t nodes;   /* after aliases are expanded; 0: 1,000,000 */
    bool last_wins; /* a duplicate key is a warning and the last wins (dbt), else an error */
} YamlLimits;

/* The tree of FILE's text (one document); NULL when there are errors, or the file is empty (then without a
 * finding). Findings go to DIAGS under CODE (e.g. "CO1001"). */
Yaml *yaml_parse(Arena *arena, const char *file, const char *text, size_t length, YamlLimits limits,
                 const char *code, Diags *diags);

/* The member KEY of a map, or NULL (also when MAP is NULL or no map). */
Yaml *yaml_get(const Yaml *map, const char *key);

/* The scalar's text, or NULL for anything else and for an unquoted null (empty, ~, null). */
const char *yaml_text(const Yaml *yaml);

/* An unquoted scalar that YAML 1.1, as PyYAML reads it, takes for null, a boolean, an integer, a float. */
bool yaml_is_null(const Yaml *yaml);
bool yaml_bool(const Yaml *yaml, bool *value);
bool yaml_int(const Yaml *yaml, int64_t *value);
bool yaml_float(const Yaml *yaml, double *value);

#endif
