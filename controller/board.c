#include "cutover/board.h"

#include "cutover/clock.h"
#include "cutover/log.h"
#include "cutover/status_json.h"
#include "cutover/str.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 8 << 20, ALIVE_MS = 900000, BUCKETS = 6, CLASSES = ERR_INTERNAL + 1 };

static const double bucket_bounds[BUCKETS] = {0.1, 0.5, 1, 5, 30, 120};

typedef struct ClusterSheet {
    const char *name;
    size_t hydrated, total;
    bool lag_known;
    double lag;
} ClusterSheet;

/* What a pass saw, in an arena that the next pass replaces. */
typedef struct Sheet {
    StatusState state;
    Phase phase;
    int64_t generation; /* -1: none */
    const char *text, *json;
    VEC(ClusterSheet) clusters;
} Sheet;

/* One environment. */
typedef struct Slot {
    char *environment;
    Arena *arena;
    Sheet *sheet; /* NULL until its first pass has ended */
    int64_t beat_ms;
    Moment last_pass;
    int64_t passes, buckets[BUCKETS];
    double seconds;
    struct Slot *next;
} Slot;

/* A repository's or notifier's few numbers. */
typedef struct Tally {
    char *name;
    int64_t sent, dead, queued;
    Moment fetched;
    struct Tally *next;
} Tally;

struct Board {
    pthread_mutex_t lock;
    const char *version;
    Slot *slots;
    Tally *repositories, *notifiers;
    int64_t errors[CLASSES];
    bool config_valid;
};

/* Slots and tallies live until the board ends, so they need no arena. */
static void *must(void *memory)
{
    if (!memory) {
        abort();
    }
    return memory;
}

Board *board_new(const char *version)
{
    Board *board = must(calloc(1, sizeof *board));
    pthread_mutex_init(&board->lock, NULL);
    board->version = version;
    board->config_valid = true;
    return board;
}

static void free_slot(Slot *slot)
{
    arena_free(slot->arena);
    free(slot->environment);
    free(slot);
}

static void free_tallies(Tally *list)
{
    while (list) {
        Tally *gone = list;
        list = gone->next;
        free(gone->name);
        free(gone);
    }
}

void board_free(Board *board)
{
    while (board->slots) {
        Slot *gone = board->slots;
        board->slots = gone->next;
        free_slot(gone);
    }
    free_tallies(board->repositories);
    free_tallies(board->notifiers);
    pthread_mutex_destroy(&board->lock);
    free(board);
}

/* With the lock held, as all below: the slot of ENVIRONMENT, made when there is none; in order of names. */
static Slot *slot_of(Board *board, const char *environment)
{
    Slot **at = &board->slots;
    while (*at && strcmp((*at)->environment, environment) < 0) {
        at = &(*at)->next;
    }
    if (!*at || !str_eq((*at)->environment, environment)) {
        Slot *slot = must(calloc(1, sizeof *slot));
        slot->environment = must(strdup(environment));
        slot->beat_ms = clock_ms();
        slot->next = *at;
        *at = slot;
    }
    return *at;
}

static Tally *tally_of(Tally **list, const char *name)
{
    Tally **at = list;
    while (*at && strcmp((*at)->name, name) < 0) {
        at = &(*at)->next;
    }
    if (!*at || !str_eq((*at)->name, name)) {
        Tally *tally = must(calloc(1, sizeof *tally));
        tally->name = must(strdup(name));
        tally->next = *at;
        *at = tally;
    }
    return *at;
}

void board_beat(Board *board, const char *environment)
{
    pthread_mutex_lock(&board->lock);
    slot_of(board, environment)->beat_ms = clock_ms();
    pthread_mutex_unlock(&board->lock);
}

static void copy_clusters(Arena *arena, Sheet *sheet, const PassResult *pass)
{
    if (!pass || !pass->proof) {
        return;
    }
    vec_each (ProofCluster, it, &pass->proof->clusters) {
        ClusterSheet cluster = {arena_strdup(arena, it->name), it->hydrated, it->total,
                                it->lag_known, (double)it->lag / (double)MOMENT_SECOND};
        vec_push(arena, &sheet->clusters, cluster);
    }
}

static Sheet *make_sheet(Arena *arena, const Status *status)
{
    Sheet *sheet = arena_make(arena, Sheet);
    Buf text = buf_new(arena, ANSWER_MAX), json = buf_new(arena, ANSWER_MAX);
    JsonOut out = json_out(&json);
    status_write_text(&text, status, false);
    status_write_json(&out, status);
    sheet->state = status->state;
    sheet->phase = status_phase(status);
    sheet->generation = status->pass ? status->pass->live_generation : -1;
    sheet->text = log_redact(arena, text.data);
    sheet->json = log_redact(arena, json.data);
    copy_clusters(arena, sheet, status->pass);
    return sheet;
}

static void count_pass(Slot *slot, int64_t pass_ms)
{
    double seconds = (double)pass_ms / 1000;
    slot->last_pass = clock_now();
    slot->beat_ms = clock_ms();
    slot->passes++;
    slot->seconds += seconds;
    for (int i = 0; i < BUCKETS; i++) {
        slot->buckets[i] += seconds <= bucket_bounds[i] ? 1 : 0;
    }
}

void board_publish(Board *board, const Status *status, int64_t pass_ms, const char *error_class)
{
    Arena *arena = arena_new(), *old;
    Sheet *sheet = make_sheet(arena, status);
    pthread_mutex_lock(&board->lock);
    Slot *slot = slot_of(board, status->environment);
    old = slot->arena;
    slot->arena = arena;
    slot->sheet = sheet;
    count_pass(slot, pass_ms);
    for (int i = 0; error_class && i < CLASSES; i++) {
        board->errors[i] += str_eq(err_kind_name((ErrKind)i), error_class) ? 1 : 0;
    }
    pthread_mutex_unlock(&board->lock);
    arena_free(old);
}

void board_remove(Board *board, const char *environment)
{
    pthread_mutex_lock(&board->lock);
    for (Slot **at = &board->slots; *at; at = &(*at)->next) {
        if (str_eq((*at)->environment, environment)) {
            Slot *gone = *at;
            *at = gone->next;
            free_slot(gone);
            break;
        }
    }
    pthread_mutex_unlock(&board->lock);
}

void board_fetched(Board *board, const char *repository)
{
    pthread_mutex_lock(&board->lock);
    tally_of(&board->repositories, repository)->fetched = clock_now();
    pthread_mutex_unlock(&board->lock);
}

void board_config(Board *board, bool valid)
{
    pthread_mutex_lock(&board->lock);
    board->config_valid = valid;
    pthread_mutex_unlock(&board->lock);
}

void board_told(Board *board, const char *notifier, bool sent)
{
    pthread_mutex_lock(&board->lock);
    Tally *tally = tally_of(&board->notifiers, notifier);
    *(sent ? &tally->sent : &tally->dead) += 1;
    pthread_mutex_unlock(&board->lock);
}

void board_queued(Board *board, const char *notifier, size_t queued)
{
    pthread_mutex_lock(&board->lock);
    tally_of(&board->notifiers, notifier)->queued = (int64_t)queued;
    pthread_mutex_unlock(&board->lock);
}

/* --- answers --- */

static void write_passes(Buf *out, const Board *board)
{
    buf_text(out, "# TYPE cutover_pass_seconds histogram\n");
    for (const Slot *slot = board->slots; slot; slot = slot->next) {
        for (int i = 0; i < BUCKETS; i++) {
            buf_printf(out, "cutover_pass_seconds_bucket{environment=\"%s\",le=\"%g\"} %lld\n",
                       slot->environment, bucket_bounds[i], (long long)slot->buckets[i]);
        }
        buf_printf(out,
                   "cutover_pass_seconds_bucket{environment=\"%s\",le=\"+Inf\"} %lld\n"
                   "cutover_pass_seconds_sum{environment=\"%s\"} %g\n"
                   "cutover_pass_seconds_count{environment=\"%s\"} %lld\n",
                   slot->environment, (long long)slot->passes, slot->environment, slot->seconds,
                   slot->environment, (long long)slot->passes);
    }
    buf_text(out, "# TYPE cutover_last_pass_timestamp_seconds gauge\n");
    for (const Slot *slot = board->slots; slot; slot = slot->next) {
        buf_printf(out, "cutover_last_pass_timestamp_seconds{environment=\"%s\"} %lld\n",
                   slot->environment, (long long)(slot->last_pass / MOMENT_SECOND));
    }
}

static void write_state(Buf *out, const Board *board, const char *name, StatusState state)
{
    buf_printf(out, "# TYPE %s gauge\n", name);
    for (const Slot *slot = board->slots; slot; slot = slot->next) {
        buf_printf(out, "%s{environment=\"%s\"} %d\n", name, slot->environment,
                   slot->sheet && slot->sheet->state == state);
    }
}

static void write_phases(Buf *out, const Board *board)
{
    buf_text(out, "# TYPE cutover_phase gauge\n");
    for (const Slot *slot = board->slots; slot; slot = slot->next) {
        for (int phase = PHASE_PENDING; slot->sheet && phase < PHASE_COUNT; phase++) {
            buf_printf(out, "cutover_phase{environment=\"%s\",phase=\"%s\"} %d\n",
                       slot->environment, phase_name((Phase)phase),
                       slot->sheet->phase == (Phase)phase);
        }
    }
    buf_text(out, "# TYPE cutover_generation gauge\n");
    for (const Slot *slot = board->slots; slot; slot = slot->next) {
        if (slot->sheet && slot->sheet->generation >= 0) {
            buf_printf(out, "cutover_generation{environment=\"%s\"} %lld\n", slot->environment,
                       (long long)slot->sheet->generation);
        }
    }
    write_state(out, board, "cutover_blocked", STATUS_BLOCKED);
    write_state(out, board, "cutover_held", STATUS_HELD);
}

static void put_label(Buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\') {
            buf_char(out, '\\');
        }
        buf_char(out, *p == '\n' ? ' ' : *p);
    }
}

static void write_cluster_metric(Buf *out, const Board *board, const char *name,
                                 double (*value)(const ClusterSheet *cluster))
{
    buf_printf(out, "# TYPE %s gauge\n", name);
    for (const Slot *slot = board->slots; slot; slot = slot->next) {
        for (size_t i = 0; slot->sheet && i < slot->sheet->clusters.count; i++) {
            const ClusterSheet *cluster = &slot->sheet->clusters.items[i];
            buf_printf(out, "%s{environment=\"%s\",cluster=\"", name, slot->environment);
            put_label(out, cluster->name);
            buf_printf(out, "\"} %g\n", value(cluster));
        }
    }
}

static double hydrated_of(const ClusterSheet *cluster)
{
    return (double)cluster->hydrated;
}

static double total_of(const ClusterSheet *cluster)
{
    return (double)cluster->total;
}

/* NaN is Prometheus' word for not known. */
static double lag_of(const ClusterSheet *cluster)
{
    return cluster->lag_known ? cluster->lag : (double)__builtin_nan("");
}

static void write_tallies(Buf *out, const Board *board)
{
    buf_text(out, "# TYPE cutover_git_last_success_timestamp_seconds gauge\n");
    for (const Tally *it = board->repositories; it; it = it->next) {
        buf_printf(out, "cutover_git_last_success_timestamp_seconds{repository=\"%s\"} %lld\n",
                   it->name, (long long)(it->fetched / MOMENT_SECOND));
    }
    buf_text(out, "# TYPE cutover_notifications_total counter\n");
    for (const Tally *it = board->notifiers; it; it = it->next) {
        buf_printf(out,
                   "cutover_notifications_total{notifier=\"%s\",outcome=\"sent\"} %lld\n"
                   "cutover_notifications_total{notifier=\"%s\",outcome=\"dead\"} %lld\n",
                   it->name, (long long)it->sent, it->name, (long long)it->dead);
    }
    buf_text(out, "# TYPE cutover_notifications_queued gauge\n");
    for (const Tally *it = board->notifiers; it; it = it->next) {
        buf_printf(out, "cutover_notifications_queued{notifier=\"%s\"} %lld\n", it->name,
                   (long long)it->queued);
    }
    buf_text(out, "# TYPE cutover_errors_total counter\n");
    for (int i = ERR_NONE + 1; i < CLASSES; i++) {
        buf_printf(out, "cutover_errors_total{class=\"%s\"} %lld\n", err_kind_name((ErrKind)i),
                   (long long)board->errors[i]);
    }
}

static void write_metrics(Buf *out, const Board *board)
{
    buf_printf(out,
               "# TYPE cutover_info gauge\ncutover_info{version=\"%s\"} 1\n"
               "# TYPE cutover_leader gauge\ncutover_leader 1\n"
               "# TYPE cutover_config_valid gauge\ncutover_config_valid %d\n",
               board->version, board->config_valid);
    write_phases(out, board);
    write_cluster_metric(out, board, "cutover_hydrated_objects", hydrated_of);
    write_cluster_metric(out, board, "cutover_wanted_objects", total_of);
    write_cluster_metric(out, board, "cutover_lag_seconds", lag_of);
    write_passes(out, board);
    write_tallies(out, board);
}

static void write_status(Buf *out, const Board *board)
{
    JsonOut json = json_out(out);
    json_open_object(&json);
    json_put_str(&json, "schema", "cutover.status/1");
    json_put_str(&json, "at", moment_iso(out->arena, clock_now()));
    json_key(&json, "controller");
    json_open_object(&json);
    json_put_str(&json, "version", board->version);
    json_put_bool(&json, "leader", true);
    json_close_object(&json);
    json_key(&json, "environments");
    json_open_array(&json);
    for (const Slot *slot = board->slots; slot; slot = slot->next) {
        if (slot->sheet) {
            json_raw(&json, slot->sheet->json);
        }
    }
    json_close_array(&json);
    json_close_object(&json);
    buf_char(out, '\n');
}

static void put_html(Buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        const char *entity = *p == '&' ? "&amp;" : *p == '<' ? "&lt;" : *p == '>' ? "&gt;" : NULL;
        if (entity) {
            buf_text(out, entity);
        } else {
            buf_char(out, *p);
        }
    }
}

static void write_page(Buf *out, const Board *board)
{
    buf_text(
        out,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta http-equiv=\"refresh\" content=\"5\"><title>Cutover</title><style>"
        "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
        "pre{border:1px solid #ccc;border-left:.4rem solid #888;padding:1rem;overflow-x:auto}"
        ".live{border-left-color:#2a2}.under_way{border-left-color:#e90}"
        ".blocked,.unknown{border-left-color:#c22}</style></head><body><h1>Cutover</h1>");
    for (const Slot *slot = board->slots; slot; slot = slot->next) {
        buf_printf(out, "<pre class=\"%s\">",
                   slot->sheet ? status_state_name(slot->sheet->state) : "unknown");
        put_html(out, slot->sheet ? slot->sheet->text : slot->environment);
        buf_text(out, "</pre>");
    }
    if (!board->slots) {
        buf_text(out, "<p>No environments yet.</p>");
    }
    buf_printf(out, "<p>version %s</p></body></html>\n", board->version);
}

static bool all_alive(const Board *board)
{
    for (const Slot *slot = board->slots; slot; slot = slot->next) {
        if (clock_ms() - slot->beat_ms > ALIVE_MS) {
            return false;
        }
    }
    return true;
}

static void write_health(Buf *out, const Board *board)
{
    buf_text(out, all_alive(board) ? "ok\n" : "a loop has been silent for 15 minutes\n");
}

static void write_ready(Buf *out, const Board *board)
{
    buf_text(out,
             board->config_valid ? "ok\n" : "the controller's file is not valid; see the log\n");
}

static const struct {
    const char *path, *type;
    void (*write)(Buf *out, const Board *board);
} routes[] = {
    {"/", "text/html; charset=utf-8", write_page},
    {"/api/v1/status", "application/json", write_status},
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", write_metrics},
    {"/healthz", "text/plain; charset=utf-8", write_health},
    {"/readyz", "text/plain; charset=utf-8", write_ready},
};

HttpAnswer board_answer(void *ctx, Arena *arena, const char *path)
{
    Board *board = ctx;
    Buf out = buf_new(arena, ANSWER_MAX);
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (str_eq(routes[i].path, path)) {
            pthread_mutex_lock(&board->lock);
            routes[i].write(&out, board);
            pthread_mutex_unlock(&board->lock);
            bool probe = str_ends(path, "z");
            int status = out.overflow ? 500 : probe && !str_eq(out.data, "ok\n") ? 503 : 200;
            return (HttpAnswer){status, routes[i].type, out.data, out.length};
        }
    }
    return (HttpAnswer){404, "text/plain; charset=utf-8", "not found\n", 10};
}
