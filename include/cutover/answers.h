/*
 * What a project asks the database while it is rendered, and what it was answered. Who renders asks through a
 * Database, which deploy/ makes: the core does no I/O. Answers are values that can be written down and read
 * again, so that the same commit can be rendered twice to the same SQL.
 */
#ifndef CUTOVER_ANSWERS_H
#define CUTOVER_ANSWERS_H

#include "cutover/err.h"
#include "cutover/json.h"
#include "cutover/map.h"
#include "cutover/relname.h"
#include "cutover/vec.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum QuestionKind {
    QUESTION_QUERY,     /* the rows of `sql` */
    QUESTION_COLUMNS,   /* of `rel`: name, type, in their order */
    QUESTION_SCHEMA,    /* of `rel`: one row when there is one */
    QUESTION_RELATIONS, /* in the schema of `rel`: name, type as dbt calls it, by name */
} QuestionKind;

typedef struct Question {
    QuestionKind kind;
    const char *sql;
    RelName rel; /* production names */
} Question;

typedef struct Answer {
    StrVec columns;
    VEC(uint32_t) types;     /* of the columns: OIDs, as the wire has them */
    VEC(const char **) rows; /* one text a column; NULL is SQL's NULL */
    const char *tag;         /* "SELECT 3" */
} Answer;

/* Gives *ANSWER, which lives as long as what is rendered. False and ERR: the server's refusal (ERR_INPUT,
 * ERR_DENIED), or something that may be otherwise next time. */
typedef bool Ask(void *ctx, const Question *question, const Answer **answer, Err *err);

typedef struct Database {
    Ask *ask; /* NULL: nothing may be asked, */
    void *ctx;
    const char *why, *hint; /* since "the policy of production denies introspection"; what to do */
} Database;

/* A text that only equal questions have. */
char *question_key(Arena *arena, const Question *question);

/* Adds {question, columns, types, rows, tag}. */
void answer_write(JsonOut *out, const char *key, const Answer *answer);

/* The other way; *KEY is the question's. NULL: JSON is no answer. */
Answer *answer_read(Arena *arena, const Json *json, const char **key);

bool answers_equal(const Answer *a, const Answer *b);

#endif
