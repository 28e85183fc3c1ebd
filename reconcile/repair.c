#include "cutover/repair.h"

#include "cutover/names_check.h"
#include "cutover/owners.h"
#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <stdlib.h>
#include <string.h>

typedef struct FoundMarker {
    const char *name, *commit8;
    int64_t generation;
} FoundMarker;

/* A generation that the record tells, and whether production's names bear the ids that it had then. */
typedef struct Claim {
    int64_t generation;
    const char *commit; /* "" when nothing was ever live */
    bool known;         /* the record tells any */
    bool holds;
} Claim;

typedef struct Search {
    Arena *arena;
    const Catalog *catalog;
    const Record *record;
    const char *environment, *record_schema, *known;
    VEC(FoundMarker) markers;
    Repair *out;
} Search;

static RepairFinding *add(Search *s, RepairKind kind, const char *code, const char *text,
                          const char *advice)
{
    vec_push(s->arena, &s->out->findings,
             (RepairFinding){.kind = kind, .code = code, .text = text, .advice = advice});
    return &vec_last(&s->out->findings);
}

static void find_markers(Search *s)
{
    vec_each (CatalogSchema, it, &s->catalog->schemas) {
        FoundMarker marker = {.name = it->name};
        if (str_eq(it->database, s->catalog->database) &&
            marker_parse(s->arena, s->environment, it->name, &marker.generation, &marker.commit8)) {
            vec_push(s->arena, &s->markers, marker);
        }
    }
}

static const char *schema_sql(const Search *s, const char *name)
{
    return arena_printf(s->arena, "%s.%s", sql_ident(s->arena, s->catalog->database),
                        sql_ident(s->arena, name));
}

/* ---- what the record claims ---- */

/* Every name that was made production's is borne by the id that was recorded for it. */
static bool names_arrived(const Search *s, const RecordNames *names)
{
    vec_each (RecordName, it, names) {
        const char *id = catalog_id_at(s->catalog, it->kind, it->database, it->schema, it->to);
        if (!it->retired && !str_eq(id, it->id)) {
            return false;
        }
    }
    return true;
}

/* Where a generation has changed no name: something that is recorded is still there under its name. */
static bool any_holds(const Search *s)
{
    map_each (it, &s->record->object_by_id) {
        const RecordObject *o = it->value;
        if (str_eq(catalog_id_at(s->catalog, o->kind, o->rel.database, o->rel.schema, o->rel.name),
                   o->id)) {
            return true;
        }
    }
    return false;
}

static bool proved(const Search *s, const RecordNames *names)
{
    return names->count ? names_arrived(s, names) : any_holds(s);
}

static void claim(Claim *best, int64_t generation, const char *commit, bool holds)
{
    if (!best->known || generation > best->generation) {
        *best = (Claim){generation, commit ? commit : "", true, holds};
    }
}

static bool was_live(const RecordDeployment *d)
{
    return d->cut_over && d->generation > 0;
}

/* Its message may have been sent: that its names have moved proves that it happened. */
static bool has_moved(const Search *s, const RecordDeployment *d, Phase phase)
{
    return d->phase == phase && d->names.count && names_arrived(s, &d->names);
}

static Claim newest_claim(const Search *s)
{
    Claim best = {0};
    vec_each (RecordDeployment, d, &s->record->deployments) {
        const RecordDeployment *before = record_deployment(s->record, d->from_deployment);
        if (was_live(d)) {
            claim(&best, d->generation, d->commit, proved(s, &d->cutover_names));
        } else if (has_moved(s, d, PHASE_CUTTING_OVER)) {
            claim(&best, d->generation, d->commit, true);
        }
        if (d->phase == PHASE_ROLLED_BACK || has_moved(s, d, PHASE_ROLLING_BACK)) {
            claim(&best, d->rollback_generation, before ? before->commit : "",
                  names_arrived(s, &d->names));
        }
    }
    if (!best.known && s->record->deployments.count) {
        best = (Claim){.known = true, .holds = true, .commit = ""};
    }
    return best;
}

static const char *marker_of(const Search *s, const Claim *best)
{
    return marker_name(s->arena, s->environment, best->generation, best->commit);
}

/* ---- what the containers' comments tell ---- */

/* "Deployment by .. | Commit SHA: <40 hex> | Cutover production g42" */
static const char *commit_in(const Search *s, const char *comment, const char *commit8)
{
    const char *sha = comment ? strstr(comment, "| Commit SHA: ") : NULL;
    const char *ours = arena_printf(s->arena, "| Cutover %s g", s->environment);
    if (!sha || !strstr(comment, ours)) {
        return NULL;
    }
    sha += strlen("| Commit SHA: ");
    size_t length = strspn(sha, "0123456789abcdef");
    return length == 40 && str_starts(sha, commit8) ? arena_strndup(s->arena, sha, length) : NULL;
}

/* The whole commit whose first digits the marker bears; *WHERE: the container that tells it. */
static const char *commit_of_comments(const Search *s, const char *commit8, const char **where)
{
    vec_each (CatalogSchema, it, &s->catalog->schemas) {
        const char *commit = commit_in(s, it->comment, commit8);
        if (commit) {
            *where = arena_printf(s->arena, "schema %s", it->name);
            return commit;
        }
    }
    vec_each (CatalogCluster, it, &s->catalog->clusters) {
        const char *commit = commit_in(s, it->comment, commit8);
        if (commit) {
            *where = arena_printf(s->arena, "cluster %s", it->name);
            return commit;
        }
    }
    return NULL;
}

/* ---- the markers ---- */

static void find_missing(Search *s, const Claim *best)
{
    const char *name = marker_of(s, best);
    const char *text = arena_printf(s->arena, "the generation marker is missing");
    const char *elsewhere = owner_marked_elsewhere(s->arena, s->catalog, s->environment);
    if (elsewhere) {
        add(s, REPAIR_PERSON, "CO5034", text,
            arena_printf(
                s->arena,
                "database %s has one of %s: when this record is a copy of the one there, "
                "connect to that database; when the two share a name alone:   CREATE SCHEMA %s",
                elsewhere, s->environment, schema_sql(s, name)));
        return;
    }
    if (!best->holds) {
        add(s, REPAIR_PERSON, "CO5034", text,
            arena_printf(s->arena,
                         "the record tells generation %lld, but other objects bear production's "
                         "names; when it is right all the same:   CREATE SCHEMA %s",
                         (long long)best->generation, schema_sql(s, name)));
        return;
    }
    RepairFinding *finding =
        add(s, REPAIR_MAKE_MARKER, "CO5034", text,
            arena_printf(s->arena,
                         "create %s: the record tells this generation, and its objects bear "
                         "production's names",
                         name));
    finding->to = name;
}

static void find_surplus(Search *s, const Claim *best)
{
    const char *right = best->known && best->holds ? marker_of(s, best) : NULL;
    Buf drops = buf_new(s->arena, 1 << 20);
    bool found = false;
    vec_each (FoundMarker, it, &s->markers) {
        found |= str_eq(it->name, right);
        if (!str_eq(it->name, right)) {
            buf_printf(&drops, "%sDROP SCHEMA %s RESTRICT", drops.length ? "; " : "",
                       schema_sql(s, it->name));
        }
    }
    const char *text = arena_printf(s->arena, "there are %zu generation markers", s->markers.count);
    add(s, REPAIR_PERSON, "CO5030", text,
        found ? arena_printf(s->arena, "%s is the right one; somebody made the rest:   %s", right,
                             drops.data)
              : "record and names do not tell which is right: look at each, and drop all but one");
}

/* Nobody renames it by hand to what the record has begun, or to a later generation of a commit that is in Git. */
static const char *commit_begun(const Search *s, const FoundMarker *marker, const Claim *best)
{
    vec_each (RecordDeployment, d, &s->record->deployments) {
        if (d->generation == marker->generation && d->commit &&
            str_starts(d->commit, marker->commit8)) {
            return d->commit;
        }
    }
    bool later = s->known && marker->generation > best->generation;
    return later && str_starts(s->known, marker->commit8) ? s->known : NULL;
}

/* Each name that D's cutover took out of service is borne again by what bore it before. */
static bool is_back(const Search *s, const RecordDeployment *d)
{
    size_t retired = 0;
    vec_each (RecordName, it, &d->cutover_names) {
        const char *id = catalog_id_at(s->catalog, it->kind, it->database, it->schema, it->from);
        retired += it->retired;
        if (it->retired && !str_eq(id, it->id)) {
            return false;
        }
    }
    return retired > 0;
}

/* The deployment whose way back gave MARKER its name: what it tells, and production's names, are as they were before that. */
static const RecordDeployment *taken_back(const Search *s, const FoundMarker *marker)
{
    vec_each (const RecordDeployment, d, &s->record->deployments) {
        const RecordDeployment *before = record_deployment(s->record, d->from_deployment);
        if (!phase_is_final(d->phase) && d->prepared && marker->generation == d->generation + 1 &&
            before && before->commit && str_starts(before->commit, marker->commit8) &&
            is_back(s, d)) {
            return d;
        }
    }
    return NULL;
}

static void find_taken_back(Search *s, const RecordDeployment *d, const char *text)
{
    int64_t generation = s->markers.items[0].generation;
    RepairFinding *finding =
        add(s, REPAIR_NOTE_BACK, "CO5035", text,
            arena_printf(s->arena,
                         "record it as the way back from generation %lld, whose names it has given "
                         "back",
                         (long long)d->generation));
    finding->deployment = d->id;
    finding->generation = generation;
}

/* The record knows nothing of the one marker: either it was renamed, or rows were deleted. */
static void find_unknown(Search *s, const Claim *best)
{
    const FoundMarker *marker = &s->markers.items[0];
    const RecordDeployment *back = taken_back(s, marker);
    const char *text = arena_printf(
        s->arena, "the marker %s tells generation %lld, which the record does not know",
        marker->name, (long long)marker->generation);
    if (back) {
        find_taken_back(s, back, text);
        return;
    }
    const char *where, *commit = commit_of_comments(s, marker->commit8, &where);
    commit = commit ? commit : commit_begun(s, marker, best);
    bool renamed = best->known && best->holds && s->record->deployments.count &&
                   (!commit || best->generation > marker->generation);
    if (renamed) {
        RepairFinding *finding =
            add(s, REPAIR_RENAME_MARKER, "CO5035", text,
                arena_printf(s->arena,
                             "rename it to %s: the record tells this generation, and its objects "
                             "bear production's names",
                             marker_of(s, best)));
        finding->from = marker->name;
        finding->to = marker_of(s, best);
        finding->commit8 = marker->commit8;
        return;
    }
    RepairFinding *finding =
        add(s, REPAIR_MAKE_LIVE, "CO5035", text,
            arena_printf(s->arena,
                         "record generation %lld as live at commit %s; then `cutover adopt` finds "
                         "again which objects are Cutover's",
                         (long long)marker->generation, commit ? commit : marker->commit8));
    finding->generation = marker->generation;
    finding->commit8 = marker->commit8;
    finding->commit = commit;
}

static bool is_known(const Search *s, const FoundMarker *marker, const Claim *best)
{
    const RecordDeployment *d = record_generation(s->record, marker->generation);
    bool live = d && d->commit && str_starts(d->commit, marker->commit8);
    bool newest = best->known && str_eq(marker->name, marker_of(s, best));
    bool first = marker->generation == 0 && (!best->known || best->generation == 0);
    return newest || first || (live && marker->generation >= best->generation);
}

/* Between the two names of a message that is being sent; the marker itself says which. */
static bool is_on_the_move(const Search *s, const FoundMarker *marker)
{
    vec_each (RecordDeployment, d, &s->record->deployments) {
        bool back = d->phase == PHASE_ROLLING_BACK;
        int64_t from = back ? d->generation : d->from_generation;
        if ((back || d->phase == PHASE_CUTTING_OVER) && marker->generation == from) {
            return true;
        }
    }
    return record_prepares(s->record, marker->generation, marker->commit8);
}

static void look_at_markers(Search *s)
{
    Claim best = newest_claim(s);
    if (!s->markers.count) {
        if (s->record->deployments.count) {
            find_missing(s, &best);
        }
        return;
    }
    if (s->markers.count > 1) {
        find_surplus(s, &best);
        return;
    }
    const FoundMarker *marker = &s->markers.items[0];
    if (!is_known(s, marker, &best) && !is_on_the_move(s, marker)) {
        find_unknown(s, &best);
    }
}

/* ---- the record ---- */

static void look_at_record(Search *s)
{
    if (s->record->exists || !s->markers.count) {
        return;
    }
    add(s, REPAIR_MAKE_RECORD, "CO5036",
        arena_printf(s->arena, "the record is gone: there is no table %s.log", s->record_schema),
        "make it anew, empty; denials, requests and history are lost");
}

/* ---- a way back that cannot be taken ---- */

/* What was dropped cannot get its name again; the next way back goes without it. */
static bool none_renamed(const Search *s, const RecordNames *names)
{
    vec_each (RecordName, it, names) {
        const char *id = catalog_id_at(s->catalog, it->kind, it->database, it->schema, it->to);
        bool there = catalog_place(s->catalog, it->kind, it->id).kind;
        if (!it->retired && there && !str_eq(id, it->id)) {
            return false;
        }
    }
    return true;
}

static bool still_live(const Search *s, const RecordDeployment *d)
{
    const char *name = marker_name(s->arena, s->environment, d->generation, d->commit);
    return s->markers.count == 1 && str_eq(s->markers.items[0].name, name);
}

static void look_at_ways_back(Search *s)
{
    vec_each (RecordDeployment, d, &s->record->deployments) {
        if (d->phase != PHASE_ROLLING_BACK || !still_live(s, d) ||
            names_hold(s->catalog, s->record, &d->names)) {
            continue;
        }
        const char *text = arena_printf(
            s->arena,
            "the way back from generation %lld cannot be taken: the old side is not as it was",
            (long long)d->generation);
        bool certain = none_renamed(s, &d->cutover_names);
        RepairFinding *finding =
            add(s, certain ? REPAIR_END_WAY_BACK : REPAIR_PERSON, "CO5037", text,
                certain ? arena_printf(s->arena, "end it: generation %lld stays live",
                                       (long long)d->generation)
                        : "names of the cutover have changed as well: give them back");
        finding->deployment = d->id;
    }
}

/* ---- what is told to be under way yet ---- */

/* Where rows were lost it is told to soak, or to go back, and the marker has moved on since. */
static bool is_passed(const Search *s, const RecordDeployment *d)
{
    bool back = d->phase == PHASE_ROLLING_BACK;
    bool after = back || d->phase == PHASE_REPOINTING || d->phase == PHASE_SOAKING;
    return after &&
           s->markers.items[0].generation > (back ? d->rollback_generation : d->generation);
}

static void look_at_passed(Search *s)
{
    vec_each (RecordDeployment, d, &s->record->deployments) {
        if (s->out->findings.count || s->markers.count != 1 || !is_passed(s, d)) {
            continue;
        }
        RepairFinding *finding = add(
            s, REPAIR_END_PASSED, "CO5040",
            arena_printf(s->arena,
                         "the record tells generation %lld to be %s, but generation %lld is live",
                         (long long)d->generation, phase_name(d->phase),
                         (long long)s->markers.items[0].generation),
            "record that it is over; what is left of its sides the next deployment drops");
        finding->deployment = d->id;
    }
}

/* ---- objects that are not known any more ---- */

/* Something is being made, or was told anew by a repair, which said itself what follows. */
static bool may_be_without(const Search *s)
{
    vec_each (RecordDeployment, d, &s->record->deployments) {
        if (!phase_is_final(d->phase) || d->partial) {
            return true;
        }
    }
    return false;
}

/* A record that knows no object, where a container says that Cutover filled it: rows were deleted, or all of it. */
static void look_at_objects(Search *s)
{
    const char *where;
    if (s->out->findings.count || s->record->object_by_id.count || may_be_without(s) ||
        !commit_of_comments(s, "", &where)) {
        return;
    }
    add(s, REPAIR_PERSON, "CO5039",
        arena_printf(s->arena,
                     "the record knows nothing that Cutover made, though %s bears its comment",
                     where),
        "run cutover adopt: it finds again what is Cutover's; drop nothing before that");
}

Repair *repair_find(Arena *arena, const Catalog *catalog, const Record *record,
                    const char *environment, const char *record_schema, const char *known)
{
    Search s = {.arena = arena,
                .catalog = catalog,
                .record = record,
                .environment = environment,
                .record_schema = record_schema,
                .known = known,
                .out = arena_make(arena, Repair)};
    s.out->environment = environment;
    find_markers(&s);
    look_at_record(&s);
    look_at_markers(&s);
    look_at_ways_back(&s);
    look_at_passed(&s);
    look_at_objects(&s);
    return s.out;
}

const RepairFinding *repair_first(const Repair *repair)
{
    vec_each (RepairFinding, it, &repair->findings) {
        if (it->kind != REPAIR_PERSON) {
            return it;
        }
    }
    return NULL;
}

bool repair_needs_person(const Repair *repair)
{
    vec_each (RepairFinding, it, &repair->findings) {
        if (it->kind == REPAIR_PERSON) {
            return true;
        }
    }
    return false;
}

/* ---- what people read ---- */

void repair_write_text(Buf *out, const Repair *repair)
{
    vec_each (RepairFinding, it, &repair->findings) {
        buf_printf(out, "%s %s: %s\n", repair->environment, it->code, it->text);
        buf_printf(out, "  %s:  %s\n", it->kind == REPAIR_PERSON ? "a person must act" : "repair",
                   it->advice);
    }
    if (!repair->findings.count) {
        buf_printf(out, "%s: record and marker agree, there is nothing to repair.\n",
                   repair->environment);
    }
}

void repair_write_json(JsonOut *out, const Repair *repair)
{
    json_open_object(out);
    json_put_str(out, "schema", "cutover.repair/1");
    json_put_str(out, "environment", repair->environment);
    json_key(out, "findings");
    json_open_array(out);
    vec_each (RepairFinding, it, &repair->findings) {
        json_open_object(out);
        json_put_str(out, "code", it->code);
        json_put_str(out, "text", it->text);
        json_put_str(out, it->kind == REPAIR_PERSON ? "advice" : "repair", it->advice);
        json_close_object(out);
    }
    json_close_array(out);
    json_close_object(out);
}
