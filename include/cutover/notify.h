/*
 * Telling people. The record is the outbox: events lie there until each notifier has a final delivery, so
 * nothing here needs to survive. A loop offers what is undelivered after each pass, one thread sends, and the loop
 * collects what became final and records it. A slow or dead notifier never holds up a deployment.
 *
 * Order is kept for each notifier. Tried again, with growing pauses: 429 (after Retry-After), 5xx, no
 * answer. Given up at once: other refusals (404: the webhook is gone), and what is older than a day.
 */
#ifndef CUTOVER_NOTIFY_H
#define CUTOVER_NOTIFY_H

#include "cutover/json.h"
#include "cutover/record.h"
#include "cutover/vec.h"
#include "cutover/windows.h"

typedef enum NotifierType {
    NOTIFIER_SLACK,
    NOTIFIER_WEBHOOK,
    NOTIFIER_TEAMS,
    NOTIFIER_DISCORD
} NotifierType;

/* "slack" and so on; NOTIFIER_SLACK for what is none of them. */
NotifierType notifier_type(const char *name);

typedef struct Notifier {
    const char *name;
    NotifierType type;
    const char *url;
    const char *secret;  /* signs a webhook's body, or NULL */
    StrVec events;       /* globs; empty: all but the small steps */
    StrVec environments; /* globs; empty: all */
    Windows quiet;       /* in UTC: when nobody wants to hear of steps on the way */
} Notifier;

typedef VEC(Notifier) Notifiers;

typedef enum NotifyOutcome { NOTIFY_SENT, NOTIFY_AGAIN, NOTIFY_DEAD } NotifyOutcome;

typedef struct NotifyAnswer {
    NotifyOutcome outcome;
    const char *text;    /* "200 ok", or why not; never the address */
    int64_t retry_after; /* seconds; -1: unknown */
} NotifyAnswer;

/* Sends EVENT once. */
NotifyAnswer notify_send(Arena *arena, const Notifier *notifier, const Json *event);

/* The text of EVENT. */
char *notify_json(Arena *arena, const Json *event);

/* Whether NOTIFIER wants events of this name and environment; ALLOWED are the names in the environment's
 * `notify`, NULL: all. */
bool notify_wants(const Notifier *notifier, const StrVec *allowed, const char *environment,
                  const char *event);

/* NOTIFIER is left in peace: EVENT is a step on the way, and it came in its quiet hours. */
bool notify_is_quiet(const Notifier *notifier, const char *event, Moment at);

/* What an answer means: 2xx sent; 429, 408 and 5xx again; the rest is dead. */
NotifyOutcome notify_judge(int status);

/* Pause before attempt N+1 in milliseconds, without jitter: 1 s, doubled up to 5 minutes. */
int64_t notify_pause(int attempts);

/* --- the thread --- */
typedef struct NotifyQueue NotifyQueue;

/* One event that a notifier still has to get. */
typedef struct NotifyJob {
    const Notifier *notifier;
    const char *environment, *event_id;
    const Json *event;
    Moment at; /* of the event, to give up in the end */
} NotifyJob;

/* A delivery that is final and has to be recorded. */
typedef struct NotifyDone {
    const char *event_id, *notifier, *answer;
    bool sent;
} NotifyDone;

typedef VEC(NotifyDone) NotifyDones;

NotifyQueue *notify_start(void);

/* Takes a job unless it is there already or the notifier's queue is full; then it is offered again by the next pass. */
void notify_offer(NotifyQueue *queue, const NotifyJob *job);

/* What is final in ENVIRONMENT, copied to ARENA; it stays until notify_forget(). */
NotifyDones notify_collect(NotifyQueue *queue, Arena *arena, const char *environment);
void notify_forget(NotifyQueue *queue, const char *event_id, const char *notifier);

/* Messages of NOTIFIER that wait; for metrics. */
size_t notify_waiting(NotifyQueue *queue, const char *notifier);

/* Ends the thread and frees everything. What was not sent is still in the record. */
void notify_stop(NotifyQueue *queue);

#endif
