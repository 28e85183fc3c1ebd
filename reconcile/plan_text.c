/* The plan for people: docs/interface.md 4.1. */
#include "cutover/plan.h"

#include "cutover/noted.h"
#include "cutover/str.h"

#include <string.h>

#define LIVE_LOST "not known: see cutover repair"

enum { SHOWN_DIGEST = 12, LABEL_WIDTH = 13, NAME_GAP = 4, KIND_GAP = 2 };

/* ---- head ---- */

typedef struct Unit {
    int64_t seconds;
    const char *name;
} Unit;

static const Unit units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};

static void write_age(Buf *out, Moment at, Moment now)
{
    int64_t age = (now - at) / MOMENT_SECOND;
    if (!at || age < 1) {
        buf_text(out, at ? ", now" : "");
        return;
    }
    const Unit *unit = units;
    while (age < unit->seconds) {
        unit++;
    }
    int64_t n = age / unit->seconds;
    buf_printf(out, ", %lld %s%s ago", (long long)n, unit->name, n == 1 ? "" : "s");
}

static void write_label(Buf *out, const Plan *plan, const char *label)
{
    int wide = (int)strlen(plan->environment) + 3;
    buf_printf(out, "%-*s", wide > LABEL_WIDTH ? wide : LABEL_WIDTH, label);
}

static void write_head(Buf *out, const Plan *plan, const PlanHead *head)
{
    write_label(out, plan, plan->environment);
    if (!head->short_commit) {
        buf_text(out, "the files as they lie there, of no commit");
    } else {
        buf_printf(out, "%s%s%s", head->ref ? head->ref : "", head->ref ? " " : "",
                   head->short_commit);
        buf_printf(out, head->subject ? "  \"%s\"" : "", head->subject);
        buf_printf(out, head->author ? ", %s" : "", head->author);
        write_age(out, head->committed_at, head->now);
    }
    buf_char(out, '\n');
    write_label(out, plan, "live");
    if (plan->live_lost || plan->live_generation <= 0) {
        buf_text(out, plan->live_lost ? LIVE_LOST "\n" : "nothing: this is the first deployment\n");
        return;
    }
    buf_printf(out, "generation %lld", (long long)plan->live_generation);
    buf_printf(out, head->live_commit ? ", %s" : "", head->live_commit);
    if (head->live_since) {
        char *since = moment_text(out->arena, head->live_since);
        buf_printf(out, ", since %.16s", since);
    }
    buf_char(out, '\n');
}

/* ---- containers ---- */

/* "schemas shop, reports" */
static size_t write_names(Buf *out, const Plan *plan, bool clusters, bool wanted)
{
    const char *what = container_kind(clusters);
    const PlanContainer *items = clusters ? plan->clusters.items : plan->schemas.items;
    size_t count = clusters ? plan->clusters.count : plan->schemas.count;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        n += items[i].wanted == wanted;
    }
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (items[i].wanted != wanted) {
            continue;
        }
        const PlanContainer *it = &items[i];
        buf_printf(out, first ? "%s%s " : ", ", what, n == 1 ? "" : "s");
        if (it->database && !str_eq(it->database, plan->default_database)) {
            buf_printf(out, "%s.", it->database);
        }
        buf_text(out, it->name);
        if (it->is_cluster && wanted) {
            buf_printf(out, " (%s x %lld) as %s", it->size ? it->size : "?",
                       (long long)it->replication_factor, it->green);
        }
        first = false;
    }
    return n;
}

static void write_containers(Buf *out, const Plan *plan, bool wanted)
{
    Buf line = buf_new(out->arena, out->max);
    size_t schemas = write_names(&line, plan, false, wanted);
    Buf clusters = buf_new(out->arena, out->max);
    size_t count = write_names(&clusters, plan, true, wanted);
    if (schemas || count) {
        buf_printf(out, "  %s%s%s%s\n", schemas ? line.data : "", schemas && count ? "; " : "",
                   count ? clusters.data : "",
                   wanted ? "" : ": no longer in Git, renamed in the cutover, dropped with blue");
    }
}

/* ---- tables of objects ---- */

typedef struct Row {
    char mark;
    const char *name, *kind, *text;
} Row;

typedef VEC(Row) Rows;

static char mark_of(PlanAction action)
{
    static const char marks[] = {[PLAN_CREATE] = '+',
                                 [PLAN_CHANGE] = '~',
                                 [PLAN_REBUILD] = '=',
                                 [PLAN_REMOVE] = '-',
                                 [PLAN_REPOINT] = '>'};
    return marks[action];
}

static const char *mark_color(char mark)
{
    return mark == '+' ? "\033[32m" : mark == '-' ? "\033[31m" : mark == '~' ? "\033[33m" : "";
}

static void write_rows(Buf *out, const Rows *rows, bool color)
{
    size_t names = 0, kinds = 0;
    vec_each (Row, it, rows) {
        names = strlen(it->name) > names ? strlen(it->name) : names;
        kinds = strlen(it->kind) > kinds ? strlen(it->kind) : kinds;
    }
    vec_each (Row, it, rows) {
        bool paint = color && *mark_color(it->mark);
        buf_printf(out, "  %s%c%s %-*s", paint ? mark_color(it->mark) : "", it->mark,
                   paint ? "\033[0m" : "", (int)names + NAME_GAP, it->name);
        if (kinds) {
            buf_printf(out, "%-*s", (int)kinds + KIND_GAP, it->kind);
        }
        buf_printf(out, "%s\n", it->text);
    }
}

static const char *spaced(Arena *arena, const char *kind)
{
    char *text = arena_strdup(arena, kind);
    for (char *p = text; *p; p++) {
        *p = *p == '_' ? ' ' : *p;
    }
    return text;
}

static const char *first_reason(const PlanObject *object)
{
    return object->reasons.count ? object->reasons.items[0].text : "";
}

/* Indexes of what is built anew come with it; they are counted, not listed. */
static bool is_shown(Arena *arena, const Plan *plan, const PlanObject *object)
{
    bool rebuilt = object->node && object->node->kind <= NODE_SEED &&
                   !map_get(&plan->names.indexes, relname_key(arena, object->rel));
    bool with_its_relation = str_eq(object->kind, "index") && rebuilt;
    return object->where == PLAN_WITH_BLUE || (object->where == PLAN_GREEN && !with_its_relation);
}

static const char *shown_name(Arena *arena, const Plan *plan, const PlanObject *object)
{
    return str_eq(object->kind, "cluster")
               ? object->rel.name
               : relname_text(arena, object->rel, plan->default_database);
}

/* "select to analyst: added in Git" */
static const char *green_text(Arena *arena, const PlanObject *object)
{
    const DesiredGrant *grant = object->grant;
    return !grant ? first_reason(object)
                  : arena_printf(arena, "%s %s %s: %s", str_lower(arena, grant->privilege),
                                 object->revoked ? "from" : "to", grant->grantee,
                                 first_reason(object));
}

static void write_green(Buf *out, const Plan *plan, bool color)
{
    Rows rows = {0};
    vec_each (PlanObject, it, &plan->objects) {
        if (is_shown(out->arena, plan, it)) {
            vec_push(out->arena, &rows,
                     (Row){.mark = mark_of(it->action),
                           .name = shown_name(out->arena, plan, it),
                           .kind = it->revoked ? "revoke" : spaced(out->arena, it->kind),
                           .text = green_text(out->arena, it)});
        }
    }
    if (!rows.count && !plan->schemas.count && !plan->clusters.count) {
        return;
    }
    buf_text(out, "\nGreen: built beside production, then swapped in one transaction\n");
    write_containers(out, plan, true);
    write_containers(out, plan, false);
    write_rows(out, &rows, color);
}

static const char *size_text(Arena *arena, const PlanHead *head, const char *cluster)
{
    const ClusterConfig *config =
        head->environment ? config_cluster(head->environment, cluster) : NULL;
    if (!config || !config->size) {
        return "";
    }
    long long factor = config->replication_factor < 0 ? 1 : (long long)config->replication_factor;
    return arena_printf(arena, " (%s x %lld)", config->size, factor);
}

/* "size 100cc to 200cc, replication factor 1 to 2" */
static const char *resize_text(Arena *arena, const PlanResize *resize)
{
    const CatalogCluster *live = resize->live;
    Buf text = buf_new(arena, 4096);
    if (resize->size) {
        buf_printf(&text, "size %s to %s", live->size, resize->size);
    }
    if (resize->replication_factor >= 0) {
        buf_printf(&text, "%sreplication factor %lld to %lld", resize->size ? ", " : "",
                   (long long)live->replication_factor, (long long)resize->replication_factor);
    }
    if (resize->options) {
        buf_printf(&text, "%s%s", text.length ? ", " : "", resize->options);
    }
    return text.data;
}

static const char *in_place_text(Arena *arena, const Plan *plan, const PlanHead *head,
                                 const PlanObject *object)
{
    if (str_eq(object->kind, "index")) {
        return arena_printf(arena, "index  %s on %s, cluster %s", object->rel.name, object->on,
                            object->cluster);
    }
    if (object->grant) {
        return arena_printf(arena, "%s %s: %s %s %s", object->revoked ? "revoke" : "grant ",
                            object->on, str_lower(arena, object->grant->privilege),
                            object->revoked ? "from" : "to", object->grant->grantee);
    }
    if (object->comment) {
        bool column = object->comment->column;
        return arena_printf(arena, "comment %s%s%s", object->on, column ? "." : "",
                            column ? object->comment->column : "");
    }
    if (object->owner) {
        return arena_printf(arena, "owner  %s: %s to %s", object->on, object->owner->from,
                            object->owner->to);
    }
    if (object->option) {
        return arena_printf(arena, "option %s: %s", object->on, noted_shown(object->option->to));
    }
    if (object->resize) {
        return arena_printf(arena, "cluster %s: %s", object->rel.name,
                            resize_text(arena, object->resize));
    }
    if (str_eq(object->kind, "cluster")) {
        return arena_printf(arena, "cluster %s%s", object->rel.name,
                            size_text(arena, head, object->rel.name));
    }
    if (str_eq(object->kind, "sink") && object->on) {
        return arena_printf(arena, "sink   %s: from %s", shown_name(arena, plan, object),
                            object->on);
    }
    if (str_eq(object->kind, "schema")) {
        bool elsewhere = !str_eq(object->rel.database, plan->default_database);
        return arena_printf(arena, "schema %s%s%s", elsewhere ? object->rel.database : "",
                            elsewhere ? "." : "", object->rel.name);
    }
    return arena_printf(arena, "%s %s", spaced(arena, object->kind),
                        shown_name(arena, plan, object));
}

static void write_in_place(Buf *out, const Plan *plan, const PlanHead *head, bool color)
{
    Rows rows = {0};
    vec_each (PlanObject, it, &plan->objects) {
        if (it->where == PLAN_IN_PLACE || it->where == PLAN_AFTER_CUTOVER) {
            vec_push(out->arena, &rows,
                     (Row){.mark = mark_of(it->action),
                           .name = in_place_text(out->arena, plan, head, it),
                           .kind = "",
                           .text = first_reason(it)});
        }
    }
    if (rows.count) {
        const DesiredNode *replaced = plan->replacement.node;
        bool replaces = replaced && replaced->kind != NODE_SEED;
        bool stays = plan_stays_in_place(out->arena, plan, head->columns);
        buf_text(out, !replaces ? "\nIn place: nothing rehydrates\n"
                      : stays   ? "\nIn place: the replacement alone hydrates, on its own cluster\n"
                                : "\nGreen, once the server has refused to replace it\n");
        write_rows(out, &rows, color);
    }
}

/* ---- gates, cost, summary ---- */

static void write_settings(Buf *out, const PlanHead *head)
{
    for (size_t i = 0; head->settings && i < head->settings->count; i++) {
        const GateChange *it = &head->settings->items[i];
        buf_printf(out,
                   "%s%s %s to %s: this commit keeps %s (a weaker gate holds from the next commit "
                   "on)\n",
                   i ? "           " : "Settings   ", it->key, it->live, it->wanted, it->effective);
    }
}

static void write_permits(Buf *out, const Plan *plan)
{
    const char *label = "Permits    ";
    vec_each (PlanPermit, it, &plan->permits) {
        if (it->given_by) {
            buf_printf(out, "%s%s: %s (given by %s)\n", label, it->permit, it->needed_for,
                       it->given_by);
            label = "           ";
        }
    }
}

/* " (floor; cutover.yaml says 5m)" */
static void write_floor(Buf *out, const PlanHead *head, const char *key)
{
    const GateChange *floor = gate_change(head->floors, key);
    if (floor) {
        buf_printf(out, " (floor; cutover.yaml says %s)", floor->wanted);
    }
}

static void write_window(Buf *out, const PlanHead *head)
{
    const Windows *windows = &head->environment->windows;
    const GateChange *floor = gate_change(head->floors, "windows");
    if (floor) {
        buf_printf(out, " | window %s", floor->effective);
        write_floor(out, head, "windows");
    } else if (windows_any(windows)) {
        buf_printf(out, " | window%s%s %s", windows->allow_texts.count ? " " : "",
                   str_join(out->arena, &windows->allow_texts, ", "),
                   windows->timezone ? windows->timezone : "UTC");
    }
}

/* These are no waits; they are told of when they are not what cutover.yaml says. */
static void write_limits(Buf *out, const PlanHead *head)
{
    static const char *const keys[] = {"max_drops", "max_cost"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const GateChange *floor = gate_change(head->floors, keys[i]);
        if (floor) {
            buf_printf(out, " | %s %s", keys[i], floor->effective);
            write_floor(out, head, keys[i]);
        }
    }
}

/* Which way a materialized view changes, where there was a choice, and what that means for the way back. */
static void write_way(Buf *out, const Plan *plan, const PlanHead *head)
{
    const char *why = plan_way_why(out->arena, plan, head->columns);
    if (why) {
        buf_printf(out, "Way        %s\n", why);
    }
    if (plan_stays_in_place(out->arena, plan, head->columns)) {
        bool rows = plan->replacement.node->kind == NODE_SEED;
        buf_printf(out, "           the way back is a new deployment: %s no old side\n",
                   rows ? "rows that change in place leave" : "a replaced view leaves");
    }
}

static void write_gates(Buf *out, const Plan *plan, const PlanHead *head)
{
    const EnvironmentConfig *e = head->environment;
    buf_printf(out, "Gates      hydration (lag %s) | ", duration_text(out->arena, e->lag));
    if (head->tests) {
        buf_printf(out, "%zu test%s", head->tests, head->tests == 1 ? "" : "s");
    } else {
        buf_text(out, "no tests");
    }
    write_floor(out, head, "tests");
    if (head->checks) {
        buf_printf(out, " | %zu check%s", head->checks, head->checks == 1 ? "" : "s");
        write_floor(out, head, "checks");
    }
    if (e->canary) {
        bool guests = e->canary_grant.count;
        buf_printf(out, " | canary %s%s%s", duration_text(out->arena, e->canary),
                   guests ? " for " : "", str_join(out->arena, &e->canary_grant, ", "));
    }
    if (config_approvals(e)) {
        buf_printf(out, " | approval 0 of %lld", (long long)config_approvals(e));
        write_floor(out, head, "approvals");
    }
    write_window(out, head);
    if (plan_stays_in_place(out->arena, plan, head->columns)) {
        buf_text(out, " | no soak");
    } else {
        buf_printf(out, " | soak %s", duration_text(out->arena, e->soak));
        write_floor(out, head, "soak");
    }
    write_limits(out, head);
    buf_char(out, '\n');
}

/* How long green costs, and how much: the hydrations before tell. */
static void write_duration(Buf *out, const Plan *plan, const PlanHead *head)
{
    const RecordHydration *h = &head->hydration;
    const EnvironmentConfig *e = head->environment;
    const char *soak = duration_text(out->arena, e->soak);
    if (!h->typical) {
        buf_printf(out, ": hydration (never measured) and soak %s\n", soak);
        return;
    }
    buf_printf(out, ": hydration about %s (last %s to %s) and soak %s",
               duration_text(out->arena, h->typical), duration_text(out->arena, h->low),
               duration_text(out->arena, h->high), soak);
    if (plan->green_credits_per_hour > 0) {
        buf_printf(out, ", about %.1f credits", plan_credits(plan, h->typical, e->soak));
    }
    buf_printf(out, e->max_cost > 0 ? " (cap %.1f)\n" : "\n", e->max_cost);
}

static void write_cost(Buf *out, const Plan *plan, const PlanHead *head)
{
    size_t clusters = 0;
    Buf names = buf_new(out->arena, out->max);
    vec_each (PlanContainer, it, &plan->clusters) {
        if (it->wanted) {
            buf_printf(&names, clusters++ ? ", %s" : "%s", it->green);
        }
    }
    if (!clusters) {
        buf_text(out, "Cost       no cluster is doubled\n");
        return;
    }
    buf_printf(out, "Cost       %s ", names.data);
    if (plan->green_credits_per_hour > 0) {
        buf_printf(out, "%.1f credits/h", plan->green_credits_per_hour);
    } else {
        buf_text(out, "at a price that is not known");
    }
    write_duration(out, plan, head);
}

static void write_findings(Buf *out, const Plan *plan, DiagSeverity severity, bool color)
{
    Diags some = diags_new(out->arena);
    vec_each (Diag, it, &plan->diags.list) {
        if (it->severity == severity) {
            vec_push(out->arena, &some.list, *it);
        }
    }
    diags_write_text(out, &some, color);
}

static void write_summary(Buf *out, const Plan *plan)
{
    buf_printf(out, "Plan %.*s: %zu built on green", SHOWN_DIGEST, plan->digest, plan->green);
    if (plan->green_indexes) {
        buf_printf(out, " with %zu index%s", plan->green_indexes,
                   plan->green_indexes == 1 ? "" : "es");
    }
    buf_printf(out, " (%zu changed, %zu rebuilt, %zu new), %zu in place, %zu removed.\n",
               plan->changed, plan->rebuilt, plan->added, plan->in_place, plan->removed);
}

static void write_refused(Buf *out, const Plan *plan, bool color)
{
    size_t reasons = diags_count(&plan->diags, DIAG_REFUSED);
    buf_char(out, '\n');
    write_findings(out, plan, DIAG_REFUSED, color);
    write_findings(out, plan, DIAG_WARNING, color);
    buf_printf(out, "Plan %.*s: refused for %zu reason%s. Nothing was changed.\n", SHOWN_DIGEST,
               plan->digest, reasons, reasons == 1 ? "" : "s");
}

static void write_nothing(Buf *out, const Plan *plan, const PlanHead *head, bool color)
{
    write_findings(out, plan, DIAG_WARNING, color);
    buf_text(out, plan->environment);
    buf_printf(out, head->short_commit ? " is at %s" : "", head->short_commit);
    if (!plan->live_lost && plan->live_generation > 0) {
        buf_printf(out, " (generation %lld)", (long long)plan->live_generation);
    }
    buf_text(out, ": nothing to do.");
    buf_text(out, plan->live_lost ? " What is live is " LIVE_LOST ".\n" : "\n");
}

static void write_changes(Buf *out, const Plan *plan, const PlanHead *head, bool color)
{
    write_green(out, plan, color);
    write_in_place(out, plan, head, color);
    buf_char(out, '\n');
    size_t above = out->length;
    plan_columns_write_text(out, head->columns);
    write_permits(out, plan);
    if (plan->schemas.count || plan->clusters.count || plan->besides.count) {
        write_settings(out, head);
        write_way(out, plan, head);
        write_gates(out, plan, head);
        write_cost(out, plan, head);
    }
    write_findings(out, plan, DIAG_WARNING, color);
    buf_text(out, out->length > above ? "\n" : "");
    write_summary(out, plan);
}

void plan_write_text(Buf *out, const Plan *plan, const PlanHead *head, bool color)
{
    if (plan->outcome == PLAN_NOTHING) {
        write_nothing(out, plan, head, color);
        return;
    }
    write_head(out, plan, head);
    if (plan->outcome == PLAN_REFUSED) {
        write_refused(out, plan, color);
    } else {
        write_changes(out, plan, head, color);
    }
}
