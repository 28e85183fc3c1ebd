/* An adoption as people and programs read it. */
#include "cutover/adopt.h"

#include "cutover/str.h"

/* Containers go with what is in them, and are not counted. */
static bool counts(const AdoptItem *item)
{
    return item->live != NULL;
}

size_t adopt_count(const Adoption *adoption, AdoptVerdict verdict)
{
    size_t count = 0;
    vec_each (AdoptItem, it, &adoption->items) {
        count += it->verdict == verdict && (counts(it) || verdict == ADOPT_BLOCKED);
    }
    return count;
}

const char *adopt_containers(Arena *arena, const Adoption *adoption)
{
    StrVec names = {0};
    vec_each (AdoptItem, it, &adoption->items) {
        if (!counts(it) && it->verdict == ADOPT_EQUAL) {
            vec_push(arena, &names, it->name);
        }
    }
    return names.count ? str_join(arena, &names, ", ") : NULL;
}

/* Sources and sinks are never made twice, not even to be looked at. */
static size_t taken_as_they_are(const Adoption *adoption)
{
    size_t count = 0;
    vec_each (AdoptItem, it, &adoption->items) {
        bool flow = it->node && !it->index &&
                    (it->node->kind == NODE_SOURCE || it->node->kind == NODE_SOURCE_TABLE ||
                     it->node->kind == NODE_SINK);
        count += flow && it->verdict == ADOPT_EQUAL;
    }
    return count;
}

static void write_differing(Buf *out, const Adoption *adoption, size_t differ)
{
    const char *separator = "";
    buf_printf(out, "%zu %s, the next deployment rebuilds %s: ", differ,
               differ == 1 ? "differs" : "differ", differ == 1 ? "it" : "them");
    vec_each (AdoptItem, it, &adoption->items) {
        if (it->verdict == ADOPT_DIFFERS) {
            buf_printf(out, "%s%s (%s)", separator, it->name, it->what);
            separator = ", ";
        }
    }
    buf_text(out, ".\n");
}

static void write_blocked(Buf *out, const Adoption *adoption, size_t blocked)
{
    buf_printf(out, "%zu cannot be taken over:\n", blocked);
    vec_each (AdoptItem, it, &adoption->items) {
        if (it->verdict == ADOPT_BLOCKED) {
            buf_printf(out, "  %s %s:   %s\n", it->name, it->what, it->hint);
        }
    }
}

void adopt_write_text(Buf *out, const Adoption *adoption, int64_t generation)
{
    size_t equal = adopt_count(adoption, ADOPT_EQUAL),
           differ = adopt_count(adoption, ADOPT_DIFFERS);
    size_t blocked = adopt_count(adoption, ADOPT_BLOCKED);
    if (!adoption->items.count) {
        buf_printf(out, "%s: there is nothing to take over", adoption->environment);
        buf_printf(out, adoption->ours ? "; %zu are Cutover's already.\n" : ".\n", adoption->ours);
        return;
    }
    size_t all = equal + differ;
    vec_each (AdoptItem, it, &adoption->items) {
        all += it->verdict == ADOPT_BLOCKED && counts(it);
    }
    const char *containers = equal + differ ? NULL : adopt_containers(out->arena, adoption);
    if (all || !containers) {
        buf_printf(out, "%zu of %zu objects equal what is declared", equal, all);
        buf_printf(out,
                   equal ? ": taken over as generation %lld, nothing of them is rebuilt.\n" : ".\n",
                   (long long)generation);
    }
    if (containers) {
        buf_printf(out, "%s: taken over as generation %lld.\n", containers, (long long)generation);
    }
    if (taken_as_they_are(adoption)) {
        buf_printf(out, "%zu of them are sources or sinks, whose options are not compared.\n",
                   taken_as_they_are(adoption));
    }
    if (differ) {
        write_differing(out, adoption, differ);
    }
    if (blocked) {
        write_blocked(out, adoption, blocked);
    }
    if (adoption->absent.count) {
        buf_printf(out, "%zu %s not there yet, the next deployment makes %s.\n",
                   adoption->absent.count, adoption->absent.count == 1 ? "is" : "are",
                   adoption->absent.count == 1 ? "it" : "them");
    }
}

void adopt_write_json(JsonOut *out, const Adoption *adoption, const char *commit,
                      int64_t generation)
{
    static const char *const verdicts[] = {
        [ADOPT_EQUAL] = "equal", [ADOPT_DIFFERS] = "differs", [ADOPT_BLOCKED] = "blocked"};
    json_open_object(out);
    json_put_str(out, "schema", "cutover.adopt/1");
    json_put_str(out, "environment", adoption->environment);
    json_put_str(out, "commit", commit);
    json_put_int(out, "generation", generation);
    json_key(out, "objects");
    json_open_array(out);
    vec_each (AdoptItem, it, &adoption->items) {
        json_open_object(out);
        json_put_str(out, "object", it->name);
        json_put_str(out, "kind", it->kind);
        json_put_str(out, "verdict", verdicts[it->verdict]);
        json_put_str(out, "what", it->what);
        json_put_str(out, "hint", it->hint);
        json_close_object(out);
    }
    json_close_array(out);
    json_put_texts(out, "absent", &adoption->absent);
    json_close_object(out);
}
