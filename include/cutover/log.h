/*
 * Log lines on stderr: one JSON object a line, or text for people at a terminal (docs/interface.md 4.7).
 * Each line is one write(2). Registered secrets and passwords in addresses never appear. Thread-safe.
 */
#ifndef CUTOVER_LOG_H
#define CUTOVER_LOG_H

#include "cutover/arena.h"
#include "cutover/err.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum LogLevel { LEVEL_ERROR, LEVEL_WARN, LEVEL_INFO, LEVEL_DEBUG } LogLevel;

/* What a line is about; NULL and 0 are left out. */
typedef struct LogFields {
    const char *event, *environment, *deployment, *phase, *repository, *commit, *object, *statement;
    int64_t duration_ms;
    const char *sqlstate, *code, *error;
} LogFields;

void log_setup(LogLevel level, bool json);

/* "warn" and the like; false for another text. */
bool log_level_parse(const char *text, LogLevel *level);

/* From now on TEXT is written as ***. Texts under four bytes are ignored: they would hide half of a log. */
void log_secret(const char *text);

/* TEXT with all secrets masked; for everything that leaves the process, not for logs alone. */
char *log_redact(Arena *arena, const char *text);

/* One line. FIELDS may be NULL. */
void log_write(LogLevel level, const LogFields *fields, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same about an error: its code, SQLSTATE and text become fields. */
void log_error(LogLevel level, const LogFields *fields, const char *what, const Err *err);

#endif
