/*
 * Statements: cutting a message into them, the table of their kinds, and running one.
 */
#ifndef STANDIN_STATEMENT_H
#define STANDIN_STATEMENT_H

#include "session.h"

/* Cuts TEXT at its semicolons and finds the kind of each. */
bool statement_split(Arena *arena, const char *text, Statements *out, Err *err);

/* Describes the run's columns, when it has some. */
bool statement_describe(Run *run);

/* Runs it; the reply is in the run. Tells the transaction when it failed. */
bool statement_execute(Run *run);

/* Sends what a reply has. LIMIT 0: all rows. False: rows are left. */
void statement_send_columns(Run *run);
bool statement_send_rows(Run *run, size_t limit);

/* The rows that were not sent yet, without an end. */
void statement_send_some(Run *run);

/* Describe, execute and send: what a simple Query does with each statement. */
bool statement_run(Run *run);

/* Fails with 25P02 when the transaction has failed and the statement does not end it. */
bool statement_allowed(Run *run);

#endif
