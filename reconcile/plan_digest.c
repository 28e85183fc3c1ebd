/* What an approval binds to: the commit, the generation that it starts from, and every action that is still to come when
 * people are asked. */
#include "plan_internal.h"

#include "cutover/digest.h"

#define LARGEST_DIGESTED ((size_t)256 * 1024 * 1024)

static void put_text(Buf *buf, const char *text)
{
    buf_printf(buf, "%s\x1f", text ? text : "");
}

static void put_container(Buf *buf, const PlanContainer *it)
{
    buf_printf(buf, "%d %d %lld ", it->is_cluster, it->wanted, (long long)it->replication_factor);
    put_text(buf, it->database);
    put_text(buf, it->name);
    put_text(buf, it->green);
    put_text(buf, it->blue);
    put_text(buf, it->live_id);
    put_text(buf, it->size);
    if (it->options) {
        put_text(buf, it->options);
    }
    buf_char(buf, '\n');
}

/* What is changed where it is, and to what. */
static void put_trait(Buf *buf, const PlanObject *it)
{
    put_text(buf, it->comment ? it->comment->text : NULL);
    if (it->grant) {
        put_text(buf, it->revoked ? "revoke" : "grant");
        put_text(buf, it->grant->privilege);
        put_text(buf, it->grant->grantee);
    }
    if (it->owner) {
        put_text(buf, it->owner->to);
    }
    if (it->option) {
        put_text(buf, it->option->to);
    }
    if (it->resize) {
        put_text(buf, it->resize->size);
        buf_printf(buf, "%lld ", (long long)it->resize->replication_factor);
        put_text(buf, it->resize->options);
    }
}

static void put_object(Arena *arena, Buf *buf, const PlanObject *it)
{
    buf_printf(buf, "%d %d ", (int)it->action, (int)it->where);
    put_text(buf, it->id);
    put_text(buf, it->kind);
    put_text(buf, it->live ? it->live->id : NULL);
    put_text(buf, it->cluster);
    put_text(buf, it->index  ? desired_index_digest(arena, it->rel, it->index)
                  : it->node ? it->node->digest
                             : NULL);
    put_trait(buf, it);
    buf_char(buf, '\n');
}

static void put_beside(Buf *buf, const PlanBeside *it)
{
    buf_printf(buf, "%d ", it->replaces);
    put_text(buf, it->green);
    put_text(buf, it->blue);
    put_text(buf, it->live_id);
    buf_char(buf, '\n');
}

/* A source, say, is made before green is built: the plan is the same one when it is there. */
static bool is_made_first(const PlanObject *it)
{
    return it->where == PLAN_IN_PLACE && it->action == PLAN_CREATE;
}

/* The size of a cluster that is made in place stands in cutover.yaml alone. */
static void put_sizes(Buf *buf, const EnvironmentConfig *environment)
{
    vec_each (ClusterConfig, it, &environment->clusters) {
        put_text(buf, it->name);
        put_text(buf, it->size);
        buf_printf(buf, "%lld\n", (long long)it->replication_factor);
    }
}

const char *plan_digest(Arena *arena, const Plan *plan, const EnvironmentConfig *environment)
{
    Arena *scratch = arena_new();
    Buf buf = buf_new(scratch, LARGEST_DIGESTED);
    put_text(&buf, plan->commit);
    buf_printf(&buf, "%lld\n", (long long)plan->live_generation);
    vec_each (PlanContainer, it, &plan->schemas) {
        put_container(&buf, it);
    }
    vec_each (PlanContainer, it, &plan->clusters) {
        put_container(&buf, it);
    }
    vec_each (PlanObject, it, &plan->objects) {
        if (!is_made_first(it)) {
            put_object(scratch, &buf, it);
        }
    }
    vec_each (PlanBeside, it, &plan->besides) {
        put_beside(&buf, it);
    }
    put_sizes(&buf, environment);
    char *digest = digest_sha256(arena, buf.data, buf.length);
    arena_free(scratch);
    return digest;
}
