/* The thread that sends, and the list that it shares with the loops. */
#include "cutover/clock.h"
#include "cutover/log.h"
#include "cutover/notify.h"
#include "cutover/str.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { QUEUE_MAX = 500, IDLE_MS = 60000 };

#define GIVE_UP_AFTER (24 * 3600 * MOMENT_SECOND)

typedef enum ItemState { ITEM_WAITS, ITEM_DONE } ItemState;

/* One event for one notifier, in an arena of its own. */
typedef struct Item {
    Arena *arena;
    Notifier notifier;
    const char *environment, *event_id, *answer;
    Json *event;
    Moment at;
    ItemState state;
    bool sent;
    int attempts;
    int64_t due_ms;
    struct Item *next;
} Item;

struct NotifyQueue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    Item *first; /* oldest first */
    bool stopping;
};

static bool is_item(const Item *item, const char *event_id, const char *notifier)
{
    return str_eq(item->event_id, event_id) && str_eq(item->notifier.name, notifier);
}

static Item *make_item(const NotifyJob *job)
{
    Arena *arena = arena_new();
    Item *item = arena_make(arena, Item);
    item->arena = arena;
    item->notifier.name = arena_strdup(arena, job->notifier->name);
    item->notifier.type = job->notifier->type;
    item->notifier.url = arena_strdup(arena, job->notifier->url);
    item->notifier.secret = arena_strdup(arena, job->notifier->secret);
    item->environment = arena_strdup(arena, job->environment);
    item->event_id = arena_strdup(arena, job->event_id);
    char *text = notify_json(arena, job->event); /* the loop's arena is gone when it is sent */
    Err ignored = {0};
    item->event = json_parse(arena, text, strlen(text), &ignored);
    item->at = job->at;
    return item;
}

void notify_offer(NotifyQueue *queue, const NotifyJob *job)
{
    size_t waiting = 0;
    pthread_mutex_lock(&queue->lock);
    Item **end = &queue->first;
    for (; *end; end = &(*end)->next) {
        if (is_item(*end, job->event_id, job->notifier->name)) {
            break;
        }
        waiting += str_eq((*end)->notifier.name, job->notifier->name) ? 1 : 0;
    }
    if (!*end && waiting < QUEUE_MAX) {
        *end = make_item(job);
        pthread_cond_signal(&queue->changed);
    }
    pthread_mutex_unlock(&queue->lock);
}

NotifyDones notify_collect(NotifyQueue *queue, Arena *arena, const char *environment)
{
    NotifyDones dones = {0};
    pthread_mutex_lock(&queue->lock);
    for (Item *item = queue->first; item; item = item->next) {
        if (item->state == ITEM_DONE && str_eq(item->environment, environment)) {
            NotifyDone done = {arena_strdup(arena, item->event_id),
                               arena_strdup(arena, item->notifier.name),
                               arena_strdup(arena, item->answer), item->sent};
            vec_push(arena, &dones, done);
        }
    }
    pthread_mutex_unlock(&queue->lock);
    return dones;
}

void notify_forget(NotifyQueue *queue, const char *event_id, const char *notifier)
{
    pthread_mutex_lock(&queue->lock);
    for (Item **at = &queue->first; *at; at = &(*at)->next) {
        if ((*at)->state == ITEM_DONE && is_item(*at, event_id, notifier)) {
            Item *gone = *at;
            *at = gone->next;
            arena_free(gone->arena);
            break;
        }
    }
    pthread_mutex_unlock(&queue->lock);
}

size_t notify_waiting(NotifyQueue *queue, const char *notifier)
{
    size_t count = 0;
    pthread_mutex_lock(&queue->lock);
    for (Item *item = queue->first; item; item = item->next) {
        count += item->state == ITEM_WAITS && str_eq(item->notifier.name, notifier) ? 1 : 0;
    }
    pthread_mutex_unlock(&queue->lock);
    return count;
}

/* Only a notifier's oldest message may go: order is kept, whoever has to wait. */
static bool is_oldest(const NotifyQueue *queue, const Item *item)
{
    for (const Item *it = queue->first; it != item; it = it->next) {
        if (it->state == ITEM_WAITS && str_eq(it->notifier.name, item->notifier.name)) {
            return false;
        }
    }
    return true;
}

/* The next message that is due, or NULL and the time until one is. */
static Item *next_due(const NotifyQueue *queue, int64_t *wait_ms)
{
    int64_t now = clock_ms();
    *wait_ms = IDLE_MS;
    for (Item *item = queue->first; item; item = item->next) {
        if (item->state != ITEM_WAITS || !is_oldest(queue, item)) {
            continue;
        }
        if (item->due_ms <= now) {
            return item;
        }
        *wait_ms = item->due_ms - now < *wait_ms ? item->due_ms - now : *wait_ms;
    }
    return NULL;
}

static void wait_for_work(NotifyQueue *queue, int64_t wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&queue->changed, &queue->lock, &until);
}

/* With the lock held: what the answer means for the item. */
static void settle(Item *item, const NotifyAnswer *answer)
{
    bool too_old = clock_now() - item->at > GIVE_UP_AFTER;
    item->attempts++;
    item->answer = arena_strdup(item->arena, answer->text);
    if (answer->outcome == NOTIFY_AGAIN && !too_old) {
        int64_t pause =
            answer->retry_after > 0 ? answer->retry_after * 1000 : notify_pause(item->attempts);
        item->due_ms = clock_ms() + pause + clock_random(pause / 4 + 1);
        return;
    }
    item->state = ITEM_DONE;
    item->sent = answer->outcome == NOTIFY_SENT;
}

static void tell(const Item *item, const NotifyAnswer *answer)
{
    LogFields fields = {.event = item->event_id, .environment = item->environment};
    if (answer->outcome == NOTIFY_SENT) {
        log_write(LEVEL_INFO, &fields, "told %s", item->notifier.name);
        return;
    }
    fields.code = "CO8010";
    fields.error = answer->text;
    log_write(LEVEL_WARN, &fields, "%s could not be told%s", item->notifier.name,
              answer->outcome == NOTIFY_AGAIN ? "; it is tried again" : "");
}

/* Only this thread ends what waits, so the item stays while the lock is given away to send it. */
static void send_one(NotifyQueue *queue, Item *item)
{
    Arena *arena = arena_new();
    pthread_mutex_unlock(&queue->lock);
    NotifyAnswer answer = notify_send(arena, &item->notifier, item->event);
    tell(item, &answer);
    pthread_mutex_lock(&queue->lock);
    settle(item, &answer);
    arena_free(arena);
}

static void *work(void *arg)
{
    NotifyQueue *queue = arg;
    pthread_mutex_lock(&queue->lock);
    while (!queue->stopping) {
        int64_t wait_ms;
        Item *item = next_due(queue, &wait_ms);
        if (item) {
            send_one(queue, item);
        } else {
            wait_for_work(queue, wait_ms);
        }
    }
    pthread_mutex_unlock(&queue->lock);
    return NULL;
}

NotifyQueue *notify_start(void)
{
    pthread_condattr_t attributes;
    NotifyQueue *queue = calloc(1, sizeof *queue); /* lives longer than any arena of a pass */
    if (!queue) {
        abort();
    }
    pthread_mutex_init(&queue->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&queue->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&queue->thread, NULL, work, queue) != 0) {
        abort();
    }
    return queue;
}

void notify_stop(NotifyQueue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->stopping = true;
    pthread_cond_signal(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    pthread_join(queue->thread, NULL);
    while (queue->first) {
        Item *gone = queue->first;
        queue->first = gone->next;
        arena_free(gone->arena);
    }
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}
