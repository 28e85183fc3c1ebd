/* What dbt refuses before it reads a project. */
#ifndef DBT_PROJECT_CHECK_H
#define DBT_PROJECT_CHECK_H

#include "reader.h"

/* Whose way of reading a project is reproduced here, and measured against. */
#define DBT_VERSION "1.10.23"
#define DBT_MATERIALIZE_VERSION "1.9.11"

/* Findings about dbt_project.yml of all packages: their names, keys and require-dbt-version. */
void check_packages(Reader *r);

/* A finding for each key of MAP in FILE that is not KNOWN (ends with NULL); false when there is one.
 * WHERE says whose keys they are. */
bool check_keys(Reader *r, const char *file, const Yaml *map, const char *where,
                const char *const known[]);
void check_quoting_keys(Reader *r, const char *file, const Yaml *quoting);

/* "1.0" or a semantic version. */
bool is_version_text(const char *text);

/* project_keys.c: findings for keys and values of dbt_project.yml that dbt refuses. */
void check_project_keys(Reader *r, const Package *package);

#endif
