/* `exposures:` of schema.yml: who reads a project from outside. They are selected and listed; nothing is made of them. */
#ifndef DBT_EXPOSURES_H
#define DBT_EXPOSURES_H

#include "reader.h"

/* One entry of `exposures:` in FILE of PACKAGE, which lies in FOLDERS (a fqn without the name). */
void read_exposure(Reader *r, const Package *package, const char *file, const StrVec *folders,
                   const Yaml *yaml);

/* Finds what they read, once all nodes are known. */
void resolve_exposures(Reader *r);

#endif
