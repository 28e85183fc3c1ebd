/* `groups:` of schema.yml, and which nodes may ref() a model that is private or protected. */
#ifndef DBT_GROUPS_H
#define DBT_GROUPS_H

#include "reader.h"

/* A finding when ENTRY of FILE has no `owner` with a name or an email. */
void check_owner(Reader *r, const char *file, const Yaml *entry, const char *whose);

/* One entry of `groups:` in FILE of PACKAGE. */
void read_group(Reader *r, const Package *package, const char *file, const Yaml *group);

/* Findings for nodes of a group that nobody declares. */
void check_groups(Reader *r);

/* A finding when NODE may not read FOUND, which its REF names. */
void check_access(Reader *r, const Node *node, const RefCall *ref, const Node *found);

#endif
