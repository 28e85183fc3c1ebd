/* `versions:` of a model in schema.yml: which there are, and what schema.yml says of each. */
#ifndef DBT_VERSIONS_H
#define DBT_VERSIONS_H

#include "reader.h"

/* VERSION in ARENA as the reader keeps it; LATEST is the model's latest one. */
const ModelVersion *make_version(Arena *arena, PyValue version, PyValue latest);

/* An item of `versions:`. */
typedef struct VersionEntry {
    const ModelVersion *version;
    const char *defined_in; /* name of its file, without the ending */
    const Yaml *yaml;
    const Yaml *patch; /* what a model without versions would have to say for the same */
    const Yaml *tests; /* the same, with the tests of a column that the version says anew as well */
} VersionEntry;

typedef VEC(VersionEntry) VersionEntries;

/* Those of the model NAME, whose ENTRY of FILE has some. False after a finding. */
bool read_versions(const Scope *scope, const char *file, const char *name, const Yaml *entry,
                   VersionEntries *out);

/* Makes NODE the VERSION of the model NAME. */
void become_version(Reader *r, Node *node, const char *name, const ModelVersion *version);

#endif
