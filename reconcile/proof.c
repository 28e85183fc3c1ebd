#include "cutover/proof.h"

#include "cutover/str.h"

#define OOM_LOOP 3
#define NAMES_SHOWN 5

typedef struct Maker {
    Arena *arena;
    const ProofInput *in;
    Proof *proof;
    Map hydrated; /* "<object>/<replica>" of rows that say so */
    Map lags;     /* object id to CatalogLag * */
    Map errors;   /* object id to CatalogErrors * */
} Maker;

/* One cluster and what must be ready on it. */
typedef struct Place {
    const CatalogCluster *cluster;
    ProofCluster *result;
    VEC(const CatalogReplica *) steady;
    VEC(const ProofObject *) objects;
    StrVec dry, unmeasured, behind; /* names */
} Place;

static void say(Maker *maker, StrVec *to, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(Maker *maker, StrVec *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vec_push(maker->arena, to, arena_vprintf(maker->arena, format, args));
    va_end(args);
}

static const char *name_of(Maker *maker, const CatalogObject *object)
{
    return relname_text(maker->arena, object->rel, maker->in->catalog->database);
}

/* "a, b, c and 4 more" */
static const char *names_text(Maker *maker, const StrVec *names)
{
    StrVec shown = *names;
    shown.count = names->count > NAMES_SHOWN ? NAMES_SHOWN : names->count;
    const char *text = str_join(maker->arena, &shown, ", ");
    return names->count <= NAMES_SHOWN
               ? text
               : arena_printf(maker->arena, "%s and %zu more", text, names->count - NAMES_SHOWN);
}

static const char *seconds_text(Maker *maker, int64_t microseconds)
{
    return duration_text(maker->arena, (microseconds + MOMENT_SECOND / 2) / MOMENT_SECOND);
}

/* --- looking things up --- */

static const char *pair_key(Arena *arena, const char *object_id, const char *replica_id)
{
    return arena_printf(arena, "%s/%s", object_id, replica_id);
}

static void index_catalog(Maker *maker)
{
    const Catalog *catalog = maker->in->catalog;
    vec_each (const CatalogHydration, it, &catalog->hydration) {
        if (it->hydrated && it->replica_id) {
            map_put(maker->arena, &maker->hydrated,
                    pair_key(maker->arena, it->object_id, it->replica_id), it);
        }
    }
    vec_each (const CatalogLag, it, &catalog->lags) {
        map_put(maker->arena, &maker->lags, it->object_id, it);
    }
    vec_each (const CatalogErrors, it, &catalog->errors) {
        if (it->count > 0) {
            map_put(maker->arena, &maker->errors, it->object_id, it);
        }
    }
}

static bool runs_on_a_cluster(const CatalogObject *object)
{
    return str_eq(object->kind, "index") || str_eq(object->kind, "materialized-view") ||
           str_eq(object->kind, "sink") ||
           (str_eq(object->kind, "source") && object->cluster_id &&
            !str_eq(object->source_type, "webhook") && !str_eq(object->source_type, "progress"));
}

/* Sources and sinks run on one replica only, whatever the replication factor. */
static bool is_computed(const CatalogObject *object)
{
    return str_eq(object->kind, "index") || str_eq(object->kind, "materialized-view");
}

static bool is_online(const CatalogReplica *replica)
{
    int64_t processes = replica->processes > 0 ? replica->processes : 1;
    return replica->online >= processes;
}

/* --- one object --- */

static bool is_hydrated(Maker *maker, const Place *place, const CatalogObject *object)
{
    bool everywhere = is_computed(object);
    size_t holding = 0;
    vec_each (const CatalogReplica *const, it, &place->steady) {
        bool holds = map_get(&maker->hydrated, pair_key(maker->arena, object->id, (*it)->id));
        holding += holds && (everywhere || is_online(*it));
    }
    return holding > 0 && (!everywhere || holding == place->steady.count);
}

/* Within the limit, or no worse than what is live now. */
static bool is_fresh(Maker *maker, const ProofObject *wanted, const CatalogObject *object,
                     const CatalogLag *lag)
{
    const CatalogLag *blue = map_get(&maker->lags, wanted->blue);
    if (lag->lag <= maker->in->max_lag) {
        return true;
    }
    if (!blue || !blue->known || lag->lag > blue->lag) {
        return false;
    }
    say(maker, &maker->proof->notes, "%s is %s behind, and so is what is live",
        name_of(maker, object), seconds_text(maker, lag->lag));
    return true;
}

static void judge_errors(Maker *maker, const ProofObject *wanted, const CatalogObject *object)
{
    const CatalogErrors *errors = map_get(&maker->errors, object->id);
    if (!errors) {
        return;
    }
    if (map_get(&maker->errors, wanted->blue)) {
        say(maker, &maker->proof->notes,
            "%s cannot be read because of data errors (%lld), as what is live",
            name_of(maker, object), (long long)errors->count);
        return;
    }
    say(maker, &maker->proof->failures,
        "%s has %lld data errors, so that reading it fails: select from it to see the first one",
        name_of(maker, object), (long long)errors->count);
}

/* Whether OBJECT's lag is known and good; says which of both it is not. */
static bool judge_lag(Maker *maker, Place *place, const ProofObject *wanted,
                      const CatalogObject *object)
{
    const CatalogLag *lag = map_get(&maker->lags, object->id);
    if (!lag || !lag->known) {
        place->result->lag_known = false;
        vec_push(maker->arena, &place->unmeasured, name_of(maker, object));
        return false;
    }
    if (lag->lag > place->result->lag) {
        place->result->lag = lag->lag;
    }
    if (!is_fresh(maker, wanted, object, lag)) {
        vec_push(maker->arena, &place->behind, name_of(maker, object));
        return false;
    }
    return true;
}

static void judge_object(Maker *maker, Place *place, const ProofObject *wanted)
{
    const CatalogObject *object = catalog_object_by_id(maker->in->catalog, wanted->id);
    bool hydrated = is_hydrated(maker, place, object);
    bool fresh = judge_lag(maker, place, wanted, object);
    judge_errors(maker, wanted, object);
    place->result->total++;
    place->result->hydrated += hydrated;
    place->result->fresh += fresh;
    if (!hydrated) {
        vec_push(maker->arena, &place->dry, name_of(maker, object));
    }
    if (!hydrated || !fresh) {
        vec_push(maker->arena, &place->result->waiting, name_of(maker, object));
    }
}

/* --- one cluster --- */

static void judge_replica(Maker *maker, Place *place, const CatalogReplica *replica)
{
    const char *cluster = place->cluster->name;
    int64_t limit = maker->in->max_ooms ? maker->in->max_ooms : OOM_LOOP;
    if (replica->recent_ooms >= limit) {
        say(maker, &maker->proof->failures,
            "replica %s of %s ran out of memory %lld times within an hour: give the cluster a "
            "larger "
            "size",
            replica->name, cluster, (long long)replica->recent_ooms);
    } else if (replica->oom && !is_online(replica)) {
        say(maker, &maker->proof->waits, "replica %s of %s ran out of memory", replica->name,
            cluster);
    }
    if (maker->in->since && replica->last_offline_at > maker->in->since) {
        maker->proof->settling = true;
        say(maker, &maker->proof->waits, "replica %s of %s was offline at %s", replica->name,
            cluster, moment_text(maker->arena, replica->last_offline_at));
    }
}

static void judge_replicas(Maker *maker, Place *place)
{
    const CatalogCluster *cluster = place->cluster;
    ProofCluster *result = place->result;
    vec_each (const CatalogReplica, it, &cluster->replicas) {
        if (!it->pending) {
            vec_push(maker->arena, &place->steady, it);
            result->replicas_online += is_online(it);
        }
    }
    result->replicas_wanted =
        cluster->managed ? cluster->replication_factor : (int64_t)place->steady.count;
    if (!place->objects.count) {
        return;
    }
    if (!result->replicas_wanted) {
        say(maker, &maker->proof->failures, "cluster %s has no replicas: nothing hydrates on it",
            cluster->name);
    } else if (result->replicas_online < result->replicas_wanted) {
        say(maker, &maker->proof->waits, "%lld of %lld replicas of %s are online",
            (long long)result->replicas_online, (long long)result->replicas_wanted, cluster->name);
    }
    if (cluster->reconfiguring) {
        say(maker, &maker->proof->waits, "cluster %s is being changed", cluster->name);
    }
    vec_each (const CatalogReplica *const, it, &place->steady) {
        judge_replica(maker, place, *it);
    }
}

/* Without a replica, that nothing hydrates and nothing is measured goes without saying. */
static void say_what_waits(Maker *maker, const Place *place)
{
    const ProofCluster *result = place->result;
    if (!place->steady.count) {
        return;
    }
    if (place->dry.count) {
        say(maker, &maker->proof->waits, "%zu of %zu objects on %s hydrated, not yet %s",
            result->hydrated, result->total, result->name, names_text(maker, &place->dry));
    }
    if (place->unmeasured.count) {
        say(maker, &maker->proof->waits, "no lag is known yet of %s",
            names_text(maker, &place->unmeasured));
    }
    if (place->behind.count) {
        say(maker, &maker->proof->waits, "more than %s behind, the worst by %s: %s",
            seconds_text(maker, maker->in->max_lag), seconds_text(maker, result->lag),
            names_text(maker, &place->behind));
    }
}

static void judge_place(Maker *maker, Place *place)
{
    ProofCluster *result = place->result;
    judge_replicas(maker, place);
    vec_each (const ProofObject *const, it, &place->objects) {
        judge_object(maker, place, *it);
    }
    say_what_waits(maker, place);
    bool enough = result->replicas_wanted > 0 &&
                  result->replicas_online >= result->replicas_wanted &&
                  !place->cluster->reconfiguring;
    result->ready = !result->total ||
                    (enough && result->hydrated == result->total && result->fresh == result->total);
    maker->proof->total += result->total;
    maker->proof->hydrated += result->hydrated;
}

/* --- all --- */

typedef VEC(Place) Places;

static Place *place_of(Maker *maker, Places *places, const CatalogCluster *cluster)
{
    vec_each (Place, it, places) {
        if (it->cluster == cluster) {
            return it;
        }
    }
    vec_push(maker->arena, places, (Place){.cluster = cluster});
    return &vec_last(places);
}

static void put_object(Maker *maker, Places *places, const ProofObject *wanted)
{
    const CatalogObject *object = catalog_object_by_id(maker->in->catalog, wanted->id);
    if (!object) {
        say(maker, &maker->proof->failures, "the object with id %s is gone", wanted->id);
        return;
    }
    if (!runs_on_a_cluster(object)) {
        return;
    }
    const CatalogCluster *cluster = catalog_cluster_by_id(maker->in->catalog, object->cluster_id);
    if (!cluster) {
        say(maker, &maker->proof->failures, "the cluster of %s is gone", name_of(maker, object));
        return;
    }
    vec_push(maker->arena, &place_of(maker, places, cluster)->objects, wanted);
}

static void put_cluster(Maker *maker, Places *places, const char *id)
{
    const CatalogCluster *cluster = catalog_cluster_by_id(maker->in->catalog, id);
    if (cluster) {
        place_of(maker, places, cluster);
    } else {
        say(maker, &maker->proof->failures, "the cluster with id %s is gone", id);
    }
}

/* Right after a restart the server tells old news: hydrated, and lags of before. */
static void judge_server(Maker *maker)
{
    const Catalog *catalog = maker->in->catalog;
    if (maker->in->since && catalog->started_at > maker->in->since) {
        maker->proof->settling = true;
        say(maker, &maker->proof->waits, "Materialize was restarted at %s",
            moment_text(maker->arena, catalog->started_at));
    }
}

static bool all_ready(const Proof *proof)
{
    vec_each (const ProofCluster, it, &proof->clusters) {
        if (!it->ready) {
            return false;
        }
    }
    return true;
}

Proof *proof_make(Arena *arena, const ProofInput *input)
{
    Proof *proof = arena_make(arena, Proof);
    Maker maker = {.arena = arena, .in = input, .proof = proof};
    Places places = {0};
    index_catalog(&maker);
    vec_each (const char *const, it, &input->clusters) {
        put_cluster(&maker, &places, *it);
    }
    vec_each (ProofObject, it, &input->objects) {
        put_object(&maker, &places, it);
    }
    vec_each (Place, it, &places) {
        vec_push(
            arena, &proof->clusters,
            (ProofCluster){.id = it->cluster->id, .name = it->cluster->name, .lag_known = true});
        it->result = &vec_last(&proof->clusters);
        judge_place(&maker, it);
    }
    if (proof->total) {
        judge_server(&maker);
    } else {
        say(&maker, &proof->notes, "nothing has to hydrate");
    }
    proof->failed = proof->failures.count > 0;
    proof->ready = !proof->failed && !proof->settling && all_ready(proof);
    return proof;
}
