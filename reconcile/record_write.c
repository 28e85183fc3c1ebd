#include "cutover/record_write.h"

#include "cutover/str.h"

#include <string.h>

/* Larger than any row may be: journal.c refuses what is too large, whole. */
#define BODY_MAX (16u << 20)
#define STATEMENT_MAX 32768 /* an entry takes it however much of it is escaped */
#define OBJECTS_PER_ENTRY 200

typedef struct Body {
    Buf buf;
    JsonOut out;
} Body;

static Body *body_open(Arena *arena)
{
    Body *body = arena_make(arena, Body);
    body->buf = buf_new(arena, BODY_MAX);
    body->out = json_out(&body->buf);
    json_open_object(&body->out);
    return body;
}

static RecordEntry body_close(Body *body, const char *deployment, const char *kind)
{
    json_close_object(&body->out);
    return (RecordEntry){deployment ? deployment : "", kind, body->buf.data};
}

static void put_moment(Arena *arena, JsonOut *out, const char *key, Moment at)
{
    if (at) {
        json_put_str(out, key, moment_iso(arena, at));
    }
}

static void put_about(JsonOut *out, const RecordDeployment *d)
{
    json_put_int(out, "generation", d->generation);
    json_put_str(out, "commit", d->commit);
    json_put_str(out, "short", d->short_commit);
    json_put_str(out, "subject", d->subject);
    json_put_str(out, "author", d->author);
    json_put_str(out, "ref", d->ref);
    json_put_bool(out, "in_place", d->in_place_only);
    if (d->partial) {
        json_put_bool(out, "partial", true);
    }
    json_put_str(out, "plan", d->plan_digest);
    json_put_int(out, "from_generation", d->from_generation);
    json_put_str(out, "from_deployment", d->from_deployment);
    json_put_int(out, "attempt", d->attempt);
}

static void put_green(JsonOut *out, const RecordGreen *green)
{
    json_open_object(out);
    json_put_str(out, "kind", green->kind);
    json_put_str(out, "database", green->database);
    json_put_str(out, "schema", green->schema);
    json_put_str(out, "name", green->name);
    json_put_str(out, "green", green->green);
    json_put_str(out, "replaces", green->replaces);
    json_close_object(out);
}

static void put_gates(JsonOut *out, const RecordGates *gates)
{
    if (!gates->known) {
        return;
    }
    json_key(out, "gates");
    json_open_object(out);
    json_put_int(out, "approvals", gates->approvals);
    json_put_int(out, "soak", gates->soak);
    json_put_int(out, "max_drops", gates->max_drops);
    if (gates->max_cost > 0) {
        json_put_number(out, "max_cost", gates->max_cost);
    }
    json_put_str(out, "replace", gates->replace);
    json_put_str(out, "timezone", gates->timezone);
    json_put_str(out, "missed", gates->missed);
    json_put_texts(out, "allow", &gates->allow);
    json_put_texts(out, "freeze", &gates->freeze);
    json_close_object(out);
}

static void put_rel(JsonOut *out, RelName rel)
{
    json_put_str(out, "database", rel.database);
    json_put_str(out, "schema", rel.schema);
    json_put_str(out, "name", rel.name);
}

static void put_named_rel(JsonOut *out, const char *key, RelName rel)
{
    json_key(out, key);
    json_open_object(out);
    put_rel(out, rel);
    json_close_object(out);
}

static void put_sinks(JsonOut *out, const RecordDeployment *d)
{
    if (!d->sinks.count) {
        return;
    }
    json_key(out, "sinks");
    json_open_array(out);
    vec_each (RecordSink, it, &d->sinks) {
        json_open_object(out);
        json_put_str(out, "action", it->action);
        json_put_str(out, "id", it->id);
        json_put_str(out, "node", it->node);
        json_put_str(out, "digest", it->digest);
        put_rel(out, it->rel);
        put_named_rel(out, "from", it->from);
        if (it->was.name) {
            put_named_rel(out, "was", it->was);
            json_put_str(out, "was_digest", it->was_digest);
        }
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_places(JsonOut *out, const char *key, const RecordPlaces *places)
{
    if (!places->count) {
        return;
    }
    json_key(out, key);
    json_open_array(out);
    vec_each (RecordPlace, it, places) {
        json_open_object(out);
        json_put_str(out, "kind", it->kind);
        json_put_str(out, "id", it->id);
        put_rel(out, it->rel);
        json_put_str(out, "digest", it->digest);
        json_close_object(out);
    }
    json_close_array(out);
}

RecordEntry entry_intent(Arena *arena, const RecordDeployment *d)
{
    Body *body = body_open(arena);
    put_about(&body->out, d);
    json_put_str(&body->out, "manifest", d->manifest_digest);
    json_put_int(&body->out, "audit_event", d->audit_event);
    json_put_number(&body->out, "credits_per_hour", d->credits_per_hour);
    put_gates(&body->out, &d->gates);
    json_key(&body->out, "green");
    json_open_array(&body->out);
    vec_each (RecordGreen, it, &d->green) {
        put_green(&body->out, it);
    }
    json_close_array(&body->out);
    put_places(&body->out, "drops", &d->drops);
    put_places(&body->out, "makes", &d->makes);
    put_sinks(&body->out, d);
    return body_close(body, d->id, "intent");
}

static void put_names(JsonOut *out, const RecordNames *names)
{
    json_key(out, "names");
    json_open_array(out);
    vec_each (RecordName, it, names) {
        json_open_object(out);
        json_put_str(out, "kind", it->kind);
        json_put_str(out, "id", it->id);
        json_put_str(out, "database", it->database);
        json_put_str(out, "schema", it->schema);
        json_put_str(out, "from", it->from);
        json_put_str(out, "to", it->to);
        json_put_bool(out, "retired", it->retired);
        if (it->holds) {
            json_put_int(out, "holds", it->holds);
        }
        json_close_object(out);
    }
    json_close_array(out);
}

RecordEntry entry_phase(Arena *arena, const EntryPhase *phase)
{
    Body *body = body_open(arena);
    json_put_str(&body->out, "from", phase_name(phase->from));
    json_put_str(&body->out, "to", phase_name(phase->to));
    json_put_str(&body->out, "reason", phase->reason);
    json_put_str(&body->out, "statement",
                 str_cut(arena, phase->statement, STATEMENT_MAX, "... (cut here)"));
    put_moment(arena, &body->out, "deadline", phase->deadline);
    put_about(&body->out, phase->deployment);
    if (phase->rollback_generation) {
        json_put_int(&body->out, "rollback_generation", phase->rollback_generation);
    }
    if (phase->names) {
        put_names(&body->out, phase->names);
        json_put_int(&body->out, "audit_event", phase->names_event);
    }
    return body_close(body, phase->deployment->id, "phase");
}

static void put_object(JsonOut *out, const RecordObject *object)
{
    json_open_object(out);
    json_put_str(out, "id", object->id);
    json_put_str(out, "kind", object->kind);
    json_put_str(out, "database", object->rel.database);
    json_put_str(out, "schema", object->rel.schema);
    json_put_str(out, "name", object->rel.name);
    json_put_str(out, "cluster", object->cluster);
    json_put_str(out, "digest", object->digest);
    json_put_str(out, "node", object->node);
    json_put_str(out, "file", object->file);
    json_put_str(out, "action", object->action);
    json_put_str(out, "owner", object->owner);
    json_put_str(out, "options", object->options);
    json_put_texts(out, "declared", &object->declared);
    json_put_texts(out, "inputs", &object->inputs);
    json_close_object(out);
}

RecordEntry entry_objects(Arena *arena, const char *deployment, const RecordObject *objects,
                          size_t count)
{
    Body *body = body_open(arena);
    json_key(&body->out, "objects");
    json_open_array(&body->out);
    for (size_t i = 0; i < count; i++) {
        put_object(&body->out, &objects[i]);
    }
    json_close_array(&body->out);
    return body_close(body, deployment, "objects");
}

RecordEntry entry_answer(Arena *arena, const char *deployment, const char *key,
                         const Answer *answer)
{
    Body *body = body_open(arena);
    json_key(&body->out, "answer");
    answer_write(&body->out, key, answer);
    return body_close(body, deployment, "answer");
}

RecordEntry entry_whole(Arena *arena, const char *deployment)
{
    return body_close(body_open(arena), deployment, "whole");
}

static void add_batches(Arena *arena, RecordEntries *entries, const char *deployment,
                        const RecordObjects *objects)
{
    for (size_t i = 0; i < objects->count; i += OBJECTS_PER_ENTRY) {
        size_t left = objects->count - i;
        size_t count = left < OBJECTS_PER_ENTRY ? left : OBJECTS_PER_ENTRY;
        vec_push(arena, entries, entry_objects(arena, deployment, objects->items + i, count));
    }
}

void entries_add_objects(Arena *arena, RecordEntries *entries, const RecordObjects *objects)
{
    Map by_deployment = {0};
    vec_each (RecordObject, it, objects) {
        const char *deployment = it->deployment ? it->deployment : "";
        RecordObjects *made = map_get(&by_deployment, deployment);
        if (!made) {
            made = arena_make(arena, RecordObjects);
            map_put(arena, &by_deployment, deployment, made);
        }
        vec_push(arena, made, *it);
    }
    map_each (it, &by_deployment) {
        add_batches(arena, entries, it->key, it->value);
    }
}

RecordEntry entry_result(Arena *arena, const char *deployment, const RecordResult *result)
{
    Body *body = body_open(arena);
    json_put_str(&body->out, "check", result->check);
    json_put_str(&body->out, "verdict", result->verdict);
    json_put_str(&body->out, "text", result->text);
    json_put_int(&body->out, "rows", result->rows);
    json_put_int(&body->out, "attempt", result->attempt);
    return body_close(body, deployment, "result");
}

RecordEntry entry_request(Arena *arena, const RecordRequest *request)
{
    Body *body = body_open(arena);
    json_put_str(&body->out, "id", request->id);
    json_put_str(&body->out, "kind", request->kind);
    json_put_str(&body->out, "plan", request->plan_digest);
    json_put_str(&body->out, "phase", request->phase);
    json_put_str(&body->out, "by", request->by);
    json_put_str(&body->out, "reason", request->reason);
    json_put_str(&body->out, "signature", request->signature);
    if (request->permits.count) {
        json_put_texts(&body->out, "permits", &request->permits);
    }
    return body_close(body, request->deployment, "request");
}

RecordEntry entry_outcome(Arena *arena, const char *deployment, const char *request,
                          const char *outcome, const char *why)
{
    Body *body = body_open(arena);
    json_put_str(&body->out, "request", request);
    json_put_str(&body->out, "outcome", outcome);
    json_put_str(&body->out, "why", why);
    return body_close(body, deployment, "outcome");
}

RecordEntry entry_event(Arena *arena, const char *deployment, const char *id, int64_t seq,
                        const char *name, const char *event)
{
    Body *body = body_open(arena);
    json_put_str(&body->out, "id", id);
    json_put_int(&body->out, "seq", seq);
    json_put_str(&body->out, "name", name);
    json_key(&body->out, "event");
    json_raw(&body->out, event);
    return body_close(body, deployment, "event");
}

RecordEntry entry_delivery(Arena *arena, const char *event_id, const char *notifier,
                           const char *outcome, const char *answer)
{
    Body *body = body_open(arena);
    json_put_str(&body->out, "event", event_id);
    json_put_str(&body->out, "notifier", notifier);
    json_put_str(&body->out, "outcome", outcome);
    json_put_str(&body->out, "answer", answer);
    return body_close(body, NULL, "delivery");
}

static RecordEntry denial(Arena *arena, const char *deployment, const char *commit,
                          const char *reason, bool allowed, const char *restore)
{
    Body *body = body_open(arena);
    json_put_str(&body->out, "commit", commit);
    json_put_str(&body->out, "reason", reason);
    json_put_bool(&body->out, "allowed", allowed);
    json_put_str(&body->out, "restore", restore);
    return body_close(body, deployment, "denied");
}

RecordEntry entry_denied(Arena *arena, const char *deployment, const char *commit,
                         const char *reason, const char *restore)
{
    return denial(arena, deployment, commit, reason, false, restore);
}

RecordEntry entry_allowed(Arena *arena, const char *deployment, const char *commit,
                          const char *reason)
{
    return denial(arena, deployment, commit, reason, true, NULL);
}

bool entry_row(Arena *arena, const RecordEntry *entry, const char *environment, const char *writer,
               int64_t seq, Moment at, LogEntry *row)
{
    Err err = {0};
    const Json *body = json_parse(arena, entry->body, strlen(entry->body), &err);
    *row = (LogEntry){.environment = environment,
                      .deployment = entry->deployment,
                      .writer = writer,
                      .seq = seq,
                      .at = at,
                      .kind = entry->kind,
                      .body = body};
    return body != NULL;
}
