/*
 * A small reader of TOML for project.toml: tables, dotted and quoted keys, strings on one line, arrays and
 * inline tables. Numbers, booleans and dates are kept as their text. What it does not know (arrays of tables,
 * strings over several lines) is a finding. The tree is the YAML reader's, so the same functions look into it.
 */
#ifndef CUTOVER_TOML_H
#define CUTOVER_TOML_H

#include "cutover/yaml.h"

/* The tree of FILE's text, a map even when it is empty; NULL and a finding with CODE when it cannot be read. */
Yaml *toml_parse(Arena *arena, const char *file, const char *text, size_t length, const char *code,
                 Diags *diags);

#endif
