/*
 * The configs that dbt itself knows: of which nodes, what values they take, how layers add up, and what they
 * are where nothing sets them. All others (`cluster`, a project's own) take anything and replace.
 */
#ifndef DBT_CONFIG_KEYS_H
#define DBT_CONFIG_KEYS_H

#include "reader.h"

typedef struct ConfigKey ConfigKey;

/* How what a layer says meets what weaker ones said. */
typedef enum ConfigMerge { MERGE_REPLACES, MERGE_ADDS, MERGE_UPDATES, MERGE_GRANTS } ConfigMerge;

/* The KEY of nodes of RESOURCE, or NULL. */
const ConfigKey *config_key(Resource resource, const char *key);
ConfigMerge config_merge(const ConfigKey *key);

/* As dbt takes it: a limit as a number, contract and docs without what they do not have. */
PyValue config_settled(Arena *arena, const ConfigKey *key, PyValue value);

/* What VALUE, of all layers, must be and is not ("true or false"), or NULL. */
const char *config_wrong(Arena *arena, const ConfigKey *key, PyValue value);

/* All keys of RESOURCE in dbt's order with what they are when nothing is set. Shared: not to be changed. */
const PyDict *config_presets(Reader *r, Resource resource);

/* VALUE of KEY as config.get() gives it: contract, docs and hooks are objects there. */
PyValue config_as_seen(Arena *arena, const ConfigKey *key, PyValue value);

#endif
