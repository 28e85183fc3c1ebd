/*
 * Answers what a project asks of the live database while it is rendered (run_query() and what is built of it):
 * in a read-only transaction, within limits of time and size, each question once. An answer that the record holds
 * for the same commit is given again, so that a deployment does not change while it is under way.
 */
#ifndef CUTOVER_INTROSPECT_H
#define CUTOVER_INTROSPECT_H

#include "cutover/answers.h"
#include "cutover/pg.h"
#include "cutover/record_write.h"

typedef struct Introspect {
    Pg *pg;
    Arena *arena;
    bool open;    /* a transaction is */
    size_t asked; /* in it */
    bool closed;  /* nothing new is asked: the second rendering gets the answers of the first */
    Map answers;  /* question_key() to Answer * */
    Map recorded; /* those of them that the record holds */
    size_t size;  /* of all answers, written down */
    Err lost;     /* set when the next pass may fare better */
} Introspect;

/* The Database whose questions IN answers; not ALLOWED: the one that says why ENVIRONMENT has none, and what to do.
 * IN is borrowed. */
Database introspect_database(Introspect *in, bool allowed, const char *environment);

/* Takes over what the record holds. */
void introspect_know(Introspect *introspect, const Map *recorded);

/* Ends the transaction, and the asking. */
void introspect_close(Introspect *introspect);

/* The answers that are not in the record yet, for DEPLOYMENT. */
void introspect_record(const Introspect *introspect, const char *deployment,
                       RecordEntries *entries);

#endif
