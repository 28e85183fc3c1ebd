#include "progress.h"

#include "cutover/clock.h"
#include "cutover/status_json.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 20, EVERY_MS = 10000, BAR = 20, NAMES_SHOWN = 2 };

static int64_t elapsed(const Status *status)
{
    return (status->at - status->deployment->phase_since) / MOMENT_SECOND;
}

/* Seconds that hydration should still take, by those before; -1: never measured, or overdue. */
static int64_t remaining(const Status *status)
{
    const Record *record = status->pass->record;
    int64_t typical = record ? record_hydration(record).typical : 0;
    bool known = status->deployment->phase == PHASE_HYDRATING && typical > elapsed(status);
    return known ? typical - elapsed(status) : -1;
}

/* --- text --- */

static void write_bar(Buf *out, const ProofCluster *cluster)
{
    size_t full = cluster->total ? cluster->hydrated * BAR / cluster->total : BAR;
    buf_char(out, '[');
    for (size_t i = 0; i < BAR; i++) {
        buf_char(out, i < full ? '#' : '.');
    }
    buf_printf(out, "]  %zu/%zu", cluster->hydrated, cluster->total);
}

static void write_waiting(Buf *out, const StrVec *names)
{
    for (size_t i = 0; i < names->count && i < NAMES_SHOWN; i++) {
        buf_printf(out, "%s%s", i ? ", " : "   waits for ", names->items[i]);
    }
    if (names->count > NAMES_SHOWN) {
        buf_printf(out, ", %zu more", names->count - NAMES_SHOWN);
    }
}

static void write_cluster(Buf *out, const ProofCluster *cluster)
{
    buf_printf(out, "\n  %s  %lld of %lld replicas online   ", cluster->name,
               (long long)cluster->replicas_online, (long long)cluster->replicas_wanted);
    write_bar(out, cluster);
    if (cluster->lag_known) {
        buf_printf(out, "   lag %s", duration_text(out->arena, cluster->lag / MOMENT_SECOND));
    } else {
        buf_text(out, "   lag not known yet");
    }
    write_waiting(out, &cluster->waiting);
}

void progress_write_text(Buf *out, const Status *status, bool color)
{
    const RecordDeployment *d = status->deployment;
    const PassResult *pass = status->pass;
    bool proves = pass->proof && pass->proof->clusters.count;
    buf_printf(out, color ? "g%lld \033[33m%s\033[0m  %s" : "g%lld %s  %s",
               (long long)d->generation, phase_name(d->phase),
               duration_text(out->arena, elapsed(status)));
    if (remaining(status) >= 0) {
        buf_printf(out, ", about %s left", duration_text(out->arena, remaining(status)));
    }
    if (!proves && pass->waits_for) {
        buf_printf(out, "  %s", pass->waits_for);
    }
    for (size_t i = 0; proves && i < pass->proof->clusters.count; i++) {
        write_cluster(out, &pass->proof->clusters.items[i]);
    }
    buf_char(out, '\n');
}

/* --- event --- */

static void put_clusters(JsonOut *out, const Proof *proof)
{
    json_key(out, "clusters");
    json_open_array(out);
    for (size_t i = 0; proof && i < proof->clusters.count; i++) {
        status_put_cluster(out, &proof->clusters.items[i]);
    }
    json_close_array(out);
}

static void put_data(JsonOut *out, const Status *status)
{
    const RecordDeployment *d = status->deployment;
    json_key(out, "data");
    json_open_object(out);
    json_put_str(out, "environment", status->environment);
    json_put_str(out, "repository", status->repository);
    json_put_str(out, "deployment", d->id);
    json_put_int(out, "generation", d->generation);
    json_put_str(out, "phase", phase_name(d->phase));
    json_put_str(out, "at", moment_iso(out->buf->arena, status->at));
    json_put_int(out, "elapsed_s", elapsed(status));
    json_key(out, "remaining_s");
    if (remaining(status) >= 0) {
        json_int(out, remaining(status));
    } else {
        json_nothing(out);
    }
    json_put_str(out, "waits_for", status->pass->waits_for);
    put_clusters(out, status->pass->proof);
    json_close_object(out);
}

void progress_write_event(Buf *out, const Status *status, int64_t count)
{
    Arena *arena = out->arena;
    JsonOut json = json_out(out);
    json_open_object(&json);
    json_put_str(&json, "specversion", "1.0");
    json_put_str(&json, "id",
                 arena_printf(arena, "%s/%lld.%lld", status->environment,
                              (long long)status->pass->record->next_event - 1, (long long)count));
    json_put_str(&json, "type", "io.cutover.deployment.progress");
    json_put_str(&json, "source", arena_printf(arena, "/cutover/%s", status->environment));
    json_put_str(&json, "subject", status->deployment->id);
    json_put_str(&json, "time", moment_iso(arena, status->at));
    json_put_str(&json, "datacontenttype", "application/json");
    put_data(&json, status);
    json_close_object(&json);
    buf_char(out, '\n');
}

/* --- showing --- */

/* What a person would call a change: the phase, and how far each cluster is; not that time goes by. */
static uint64_t fingerprint(const Status *status)
{
    const Proof *proof = status->pass->proof;
    uint64_t sum = (uint64_t)status->deployment->phase;
    for (size_t i = 0; proof && i < proof->clusters.count; i++) {
        const ProofCluster *it = &proof->clusters.items[i];
        sum = sum * 31 + it->hydrated;
        sum = sum * 31 + it->fresh;
        sum = sum * 31 + (uint64_t)it->replicas_online;
    }
    return sum;
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')); at++) {
        lines++;
    }
    return lines;
}

/* Over the lines of before while the phase is the same: each phase leaves its last state on the screen. */
static void redraw(Progress *progress, Arena *arena, const Status *status)
{
    Buf out = buf_new(arena, TEXT_MAX);
    if (progress->lines && progress->phase == status->deployment->phase) {
        buf_printf(&out, "\033[%zuA\033[J", progress->lines);
    }
    size_t head = out.length;
    progress_write_text(&out, status, progress->color);
    progress->lines = count_lines(out.data + head);
    fwrite(out.data, 1, out.length, stderr);
}

static bool is_due(const Progress *progress, const Status *status)
{
    return progress->phase != status->deployment->phase ||
           (progress->shown != fingerprint(status) && clock_ms() - progress->shown_ms >= EVERY_MS);
}

static void print_event(Progress *progress, Arena *arena, const Status *status)
{
    if (!is_due(progress, status)) {
        return;
    }
    Buf out = buf_new(arena, TEXT_MAX);
    progress_write_event(&out, status, ++progress->count);
    fwrite(out.data, 1, out.length, stderr);
    progress->shown = fingerprint(status);
    progress->shown_ms = clock_ms();
}

Progress progress_new(bool color)
{
    return (Progress){.terminal = isatty(STDERR_FILENO), .color = color};
}

void progress_show(Progress *progress, Arena *arena, const Status *status)
{
    bool begun = status->deployment && status->deployment->phase != PHASE_NONE;
    if (!begun || !status->pass || !status->pass->record) {
        return;
    }
    if (progress->terminal) {
        redraw(progress, arena, status);
    } else {
        print_event(progress, arena, status);
    }
    progress->phase = status->deployment->phase;
}
