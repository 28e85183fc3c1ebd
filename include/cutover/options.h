/*
 * The texts of options that the catalog has and the record notes: "SCHEDULE = MANUAL, AUTO SCALING STRATEGY = ()". Pure.
 */
#ifndef CUTOVER_OPTIONS_H
#define CUTOVER_OPTIONS_H

#include "cutover/vec.h"

#include <stdbool.h>

/* OPTIONS one by one: a comma inside of quotes or brackets does not part them. */
StrVec options_each(Arena *arena, const char *options);

/* That of OPTIONS with the name of OPTION, or NULL. */
const char *options_same(const StrVec *options, const char *option);

/* Whether an ALTER that Cutover sends gives OPTION, of a cluster or a sink, back; else a person has to. */
bool options_can_alter(const char *option);

/* Of a cluster's OPTIONS (or NULL) those that its green side is made with; NULL: the usual ones. */
const char *options_to_make(Arena *arena, const char *options);

/* Those of a cluster's OPTIONS (or NULL) that its green side is made without: neither given nor the usual ones. */
StrVec options_not_made(Arena *arena, const char *options);

/* Whether OPTIONS (or NULL) let a cluster run all the time that ran for refreshes alone. */
bool options_unschedule(const char *options);

#endif
