/*
 * JSON: a writer that puts commas and escapes itself, and a reader that gives a tree in an arena.
 * The writer goes to a Buf, whose maximum bounds it.
 */
#ifndef CUTOVER_JSON_H
#define CUTOVER_JSON_H

#include "cutover/buf.h"
#include "cutover/err.h"
#include "cutover/map.h"
#include "cutover/vec.h"

typedef struct JsonOut {
    Buf *buf;
    bool comma; /* the next value needs one in front */
} JsonOut;

JsonOut json_out(Buf *buf);
void json_open_object(JsonOut *out);  /* { */
void json_close_object(JsonOut *out); /* } */
void json_open_array(JsonOut *out);   /* [ */
void json_close_array(JsonOut *out);  /* ] */
void json_key(JsonOut *out, const char *key);
void json_str(JsonOut *out, const char *text); /* NULL writes null; invalid UTF-8 becomes U+FFFD */
void json_int(JsonOut *out, int64_t value);
void json_number(JsonOut *out, double value); /* shortest text that reads back; NaN writes null */
void json_bool(JsonOut *out, bool value);
void json_nothing(JsonOut *out);
void json_raw(JsonOut *out, const char *json); /* JSON made elsewhere */

/* Key and value in one; a NULL text leaves the key out. */
void json_put_str(JsonOut *out, const char *key, const char *text);
void json_put_int(JsonOut *out, const char *key, int64_t value);
void json_put_number(JsonOut *out, const char *key, double value);
void json_put_bool(JsonOut *out, const char *key, bool value);
void json_put_texts(JsonOut *out, const char *key, const StrVec *texts); /* a list */

typedef enum JsonType {
    JSON_IS_NULL,
    JSON_IS_BOOL,
    JSON_IS_INT,
    JSON_IS_REAL,
    JSON_IS_STRING,
    JSON_IS_ARRAY,
    JSON_IS_OBJECT
} JsonType;

typedef struct Json {
    JsonType type;
    bool boolean;
    int64_t integer;
    double real;
    const char *string;
    struct Json **items; /* of an array */
    size_t count;
    Map members; /* of an object: key to Json *, in the text's order */
} Json;

/* The tree of LENGTH bytes at TEXT; NULL and ERR (ERR_INPUT, with line and column) when it is not
 * JSON, has duplicate keys, or nests deeper than 200. */
Json *json_parse(Arena *arena, const char *text, size_t length, Err *err);

/* A member, or NULL when OBJECT is NULL, no object, or has none of that name. */
const Json *json_get(const Json *object, const char *key);
const char *json_get_str(const Json *object, const char *key);            /* NULL when absent */
int64_t json_get_int(const Json *object, const char *key, int64_t other); /* OTHER when absent */
/* The texts of a list; none when it is absent. They are the tree's, the list is ARENA's. */
StrVec json_get_texts(Arena *arena, const Json *object, const char *key);

#endif
