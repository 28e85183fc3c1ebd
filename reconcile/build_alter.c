/*
 * What is changed in production where it is. The plan is made anew on every pass from what is there, so that a step
 * that is done is not in it any more. A cluster takes its new size when replicas of that size are hydrated: the server
 * shows the old one until then, and refuses more.
 */
#include "cutover/build.h"

#include "cutover/str.h"

static Step trait_step(const PlanObject *object)
{
    return (Step){.kind = object->revoked ? STEP_REVOKE
                          : object->grant ? STEP_GRANT
                                          : STEP_COMMENT,
                  .object_kind = object->live->kind,
                  .id = object->live->id,
                  .rel = object->rel,
                  .privilege = object->grant ? object->grant->privilege : NULL,
                  .grantee = object->grant ? object->grant->grantee : NULL,
                  .column = object->comment ? object->comment->column : NULL,
                  .text = object->comment ? object->comment->text : NULL,
                  .file = object->file,
                  .line = object->line};
}

static Step owner_step(const PlanObject *object)
{
    return (Step){.kind = STEP_OWNER,
                  .object_kind = object->owner->kind,
                  .id = object->owner->id,
                  .rel = object->rel,
                  .owner = object->owner->to};
}

static Step option_step(const PlanObject *object)
{
    return (Step){.kind = STEP_OPTION,
                  .object_kind = object->option->live->kind,
                  .id = object->option->live->id,
                  .rel = object->rel,
                  .options = object->option->to};
}

/* The size first: with a new one under way the server refuses another replication factor. That of a cluster that is not to be
 * switched on and off any more comes with its new schedule. */
static Step resize_step(const PlanObject *object)
{
    const PlanResize *resize = object->resize;
    bool shaped = resize->size || (resize->replication_factor >= 0 && !resize->live->scheduled);
    return (Step){.kind = STEP_ALTER_CLUSTER,
                  .object_kind = "cluster",
                  .id = resize->live->id,
                  .rel = object->rel,
                  .size = resize->size,
                  .replication_factor = resize->size ? -1 : resize->replication_factor,
                  .options = shaped ? NULL : resize->options};
}

Alterations build_alterations(Arena *arena, const Plan *plan)
{
    Alterations found = {0};
    vec_each (PlanObject, it, &plan->objects) {
        if (it->where != PLAN_IN_PLACE || it->action != PLAN_CHANGE || plan_is_built(it)) {
            continue;
        }
        if (it->resize && it->resize->live->reconfiguring) {
            found.altering = true;
        } else {
            vec_push(arena, &found.steps,
                     it->resize   ? resize_step(it)
                     : it->owner  ? owner_step(it)
                     : it->option ? option_step(it)
                                  : trait_step(it));
        }
    }
    return found;
}
