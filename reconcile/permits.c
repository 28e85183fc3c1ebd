#include "cutover/permits.h"

#include "cutover/str.h"

#include <string.h>
#include <strings.h>

#define TRAILER "Cutover-Permit:"
#define STATEFUL "stateful:"

bool permit_is_known(const char *text)
{
    return str_eq(text, "drops") || str_eq(text, "rewind") || str_eq(text, "cost") ||
           (str_starts(text, STATEFUL) && text[strlen(STATEFUL)]);
}

/* The words of one line, with blanks or commas between. */
static void add_words(Arena *arena, const char *line, size_t length, const char *by,
                      PermitsGiven *given)
{
    for (size_t i = 0; i < length;) {
        size_t blank = strspn(line + i, " \t\r,");
        size_t word = strcspn(line + i + blank, " \t\r,\n");
        i += blank;
        word = word < length - i ? word : length - i;
        if (i >= length || !word) {
            return;
        }
        vec_push(arena, given, ((PermitGiven){arena_strndup(arena, line + i, word), by}));
        i += word;
    }
}

/* At the beginning of any line: whoever squashes a branch puts several messages into one. */
void permits_in_message(Arena *arena, const char *message, const char *short_sha,
                        PermitsGiven *given)
{
    const char *by = arena_printf(arena, "commit %s", short_sha);
    for (const char *line = message; line && *line;) {
        size_t length = strcspn(line, "\n"), name = strlen(TRAILER);
        if (length > name && strncasecmp(line, TRAILER, name) == 0) {
            add_words(arena, line + name, length - name, by, given);
        }
        line += length + (line[length] == '\n');
    }
}

bool permit_counts(const RecordRequest *request, const char *digest, const RecordDeployment *d)
{
    bool open = !request->done || str_eq(request->outcome, "done");
    bool seen = str_eq(request->plan_digest, digest) ||
                (d && d->has_intent && str_eq(request->deployment, d->id) &&
                 str_eq(request->plan_digest, d->plan_digest));
    return str_eq(request->kind, "approve") && !str_empty(request->plan_digest) && open && seen;
}

void permits_by_approval(Arena *arena, const Record *record, const char *digest,
                         const RecordDeployment *d, PermitsGiven *given)
{
    vec_each (RecordRequest, it, &record->requests) {
        for (size_t i = 0; permit_counts(it, digest, d) && i < it->permits.count; i++) {
            vec_push(arena, given, ((PermitGiven){it->permits.items[i], it->by}));
        }
    }
}

const PermitGiven *permit_find(const PermitsGiven *given, const char *permit)
{
    vec_each (PermitGiven, it, given) {
        if (str_eq(it->permit, permit)) {
            return it;
        }
    }
    return NULL;
}
