/*
 * run: the controller. This thread watches Git and the controller's file; each environment has a loop of its
 * own (worker.c), messages have one, HTTP has one. --once is one turn of each environment.
 */
#include "commands.h"
#include "targets.h"
#include "worker.h"

#include "cutover/clock.h"
#include "cutover/log.h"
#include "cutover/stop.h"
#include "cutover/str.h"

#include <string.h>

enum { TICK_MS = 1000, CONFIG_EVERY_MS = 5000 };

/* Everything that a change of the controller's file makes anew. */
typedef struct Controller {
    const Cli *cli;
    Arena *arena; /* of the context */
    Context *context;
    NotifyQueue *queue;
    Board *board;
    Claims *claims;
    VEC(Worker *) workers; /* slots of ended ones are NULL */
    int64_t *fetch_due;    /* of each repository, clock_ms() */
    const char **problems; /* of each repository, said once */
    const char *shared;    /* what two environments own, said once */
    HttpServer *servers[2];
    int64_t config_due;
    const char *fingerprint;
} Controller;

/* --- environments --- */

static Worker **find_worker(Controller *controller, const char *environment)
{
    vec_each (Worker *, worker, &controller->workers) {
        if (*worker && str_eq(worker_environment(*worker), environment)) {
            return worker;
        }
    }
    return NULL;
}

static void add_worker(Controller *controller, const Target *target)
{
    Worker **known = find_worker(controller, target->environment);
    if (known) {
        if (worker_repository(*known) != target->repository) {
            log_write(LEVEL_ERROR,
                      &(LogFields){.environment = target->environment,
                                   .repository = target->repository->name,
                                   .code = "CO1095"},
                      "another repository defines this environment already; this one is left out");
        }
        return;
    }
    log_write(
        LEVEL_INFO,
        &(LogFields){.environment = target->environment, .repository = target->repository->name},
        "watches the environment");
    const char *name = arena_strdup(controller->arena, target->environment);
    Worker *worker = worker_start(controller->context, target->repository, name, controller->queue,
                                  controller->board, controller->claims);
    vec_push(controller->arena, &controller->workers, worker);
}

static bool is_target(const Targets *targets, const char *environment)
{
    vec_each (Target, target, targets) {
        if (str_eq(target->environment, environment)) {
            return true;
        }
    }
    return false;
}

/* An environment that left cutover.yaml is no longer watched; what is live stays as it is. */
static void drop_workers(Controller *controller, const Repository *repository,
                         const Targets *targets)
{
    vec_each (Worker *, slot, &controller->workers) {
        Worker *worker = *slot;
        if (!worker || worker_repository(worker) != repository ||
            is_target(targets, worker_environment(worker))) {
            continue;
        }
        LogFields about = {.environment = worker_environment(worker),
                           .repository = repository->name};
        log_write(LEVEL_WARN, &about,
                  "left cutover.yaml: it is no longer watched, nothing is dropped");
        worker_end(worker);
        worker_join(worker);
        board_remove(controller->board, about.environment);
        *slot = NULL;
    }
}

static void end_workers(Controller *controller)
{
    vec_each (Worker *, ending, &controller->workers) {
        if (*ending) {
            worker_end(*ending);
        }
    }
    vec_each (Worker *, ended, &controller->workers) {
        if (*ended) {
            const char *environment = worker_environment(*ended);
            worker_join(*ended);
            board_remove(controller->board, environment);
        }
    }
    controller->workers.count = 0;
}

/* --- Git --- */

static void say_problem(Controller *controller, size_t i, const Repository *repository,
                        const Diags *diags, const Err *err)
{
    Arena *arena = controller->arena;
    const char *first = diags->list.count > 0 ? diags->list.items[0].message : "";
    const char *text = err->kind != ERR_NONE ? err_text(arena, err) : first;
    if (str_eq(controller->problems[i], text)) {
        return;
    }
    controller->problems[i] = arena_strdup(arena, text);
    log_write(LEVEL_ERROR, &(LogFields){.repository = repository->name, .error = text},
              "the repository cannot be read; what it wanted last stays in force");
}

static void say_restored(Controller *controller, size_t i, const Repository *repository)
{
    if (controller->problems[i]) {
        log_write(LEVEL_INFO, &(LogFields){.repository = repository->name},
                  "the repository can be read again");
        controller->problems[i] = NULL;
    }
}

/* Whoever does not have it yet is refused by its own plans; nobody should have to look for the reason there. */
static void look_at_claims(Controller *controller, const Repository *repository, Arena *arena,
                           const RepoConfig *home)
{
    Targets all = {0}; /* those that are not watched here too */
    targets_of(repository, arena, home, NULL, &all);
    claims_look(controller->claims, repository, home, &all);
    Diags diags = claims_shared(controller->claims, arena);
    StrVec texts = {0};
    vec_each (Diag, it, &diags.list) {
        vec_push(arena, &texts, it->message);
    }
    const char *text = texts.count ? str_join(arena, &texts, "; ") : NULL;
    if (text && !str_eq(text, controller->shared)) {
        log_write(LEVEL_ERROR, &(LogFields){.repository = repository->name, .code = "CO4104"}, "%s",
                  text);
    }
    controller->shared = text ? arena_strdup(controller->arena, text) : NULL;
}

/* Fetches, takes up new environments, lets go of old ones, wakes the others. */
static void look_at_repository(Controller *controller, size_t i)
{
    Repository *repository = controller->context->repositories.items[i];
    Arena *arena = arena_new();
    Diags diags = diags_new(arena);
    Err err = {0};
    Targets targets = {0};
    const char *passed_by = NULL;
    RepoConfig *config = git_fetch(repository->git, arena, &err)
                             ? wanted_home_in_force(repository, arena, &passed_by, &diags, &err)
                             : NULL;
    if (config) {
        say_restored(controller, i, repository);
        board_fetched(controller->board, repository->name);
        targets_of(repository, arena, config, controller->cli->environment, &targets);
        drop_workers(controller, repository, &targets);
        look_at_claims(controller, repository, arena, config);
        vec_each (Target, target, &targets) {
            add_worker(controller, target);
        }
    } else {
        say_problem(controller, i, repository, &diags, &err);
    }
    vec_each (Worker *, worker, &controller->workers) {
        if (*worker && worker_repository(*worker) == repository) {
            worker_wake(*worker);
        }
    }
    arena_free(arena);
}

static void look_at_git(Controller *controller)
{
    const Context *context = controller->context;
    for (size_t i = 0; i < context->repositories.count && !stop_requested(); i++) {
        if (clock_ms() >= controller->fetch_due[i]) {
            look_at_repository(controller, i);
            int64_t pause = context->repositories.items[i]->interval_ms;
            pause += clock_random(pause / 10 + 1);
            pause = context->poll_ms > 0 && context->poll_ms < pause ? context->poll_ms : pause;
            controller->fetch_due[i] = clock_ms() + pause;
        }
    }
}

/* --- start, reload, end --- */

static void listen_on(Controller *controller, size_t i, const char *what, const char *address)
{
    Err err = {0};
    if (!address) {
        return;
    }
    controller->servers[i] =
        http_server_start(controller->arena, address, board_answer, controller->board, &err);
    if (controller->servers[i]) {
        log_write(LEVEL_INFO, NULL, "%s: listens on port %d", what,
                  http_server_port(controller->servers[i]));
    } else {
        log_error(LEVEL_ERROR, NULL, "goes on without it", &err);
    }
}

static void start(Controller *controller, Arena *arena, Context *context)
{
    size_t count = context->repositories.count;
    controller->arena = arena;
    controller->context = context;
    controller->queue = notify_start();
    controller->claims = claims_new();
    controller->shared = NULL;
    controller->workers.items = NULL;
    controller->workers.count = controller->workers.cap = 0;
    controller->fetch_due = arena_array(arena, count, sizeof *controller->fetch_due);
    controller->problems = arena_array(arena, count, sizeof *controller->problems);
    listen_on(controller, 0, "status page", context->settings.listen);
    listen_on(controller, 1, "metrics", context->settings.metrics);
    if (context->notifiers.count == 0) {
        log_write(LEVEL_WARN, NULL, "no notifier is set, nobody will be told");
    }
}

static void finish(Controller *controller)
{
    end_workers(controller);
    claims_free(controller->claims);
    notify_stop(controller->queue);
    for (size_t i = 0; i < 2; i++) {
        http_server_stop(controller->servers[i]);
        controller->servers[i] = NULL;
    }
    arena_free(controller->arena);
}

static void reload(Controller *controller)
{
    Arena *arena = arena_new();
    Context *context = arena_make(arena, Context);
    Diags diags = diags_new(arena);
    Err err = {0};
    if (!context_load(controller->cli, arena, context, &diags, &err) ||
        !context_open(context, &err)) {
        const char *why = err.kind != ERR_NONE   ? err_text(arena, &err)
                          : diags.list.count > 0 ? diags.list.items[0].message
                                                 : "";
        log_write(LEVEL_ERROR, &(LogFields){.error = why},
                  "the controller's file has changed and is not valid; the old one stays in force");
        board_config(controller->board, false);
        arena_free(arena);
        return;
    }
    log_write(LEVEL_INFO, NULL, "the controller's file has changed: starts over with it");
    finish(controller);
    board_config(controller->board, true);
    context_log(controller->cli, context);
    start(controller, arena, context);
}

static void look_at_config(Controller *controller)
{
    if (clock_ms() < controller->config_due) {
        return;
    }
    Arena *scratch = arena_new();
    const char *now = context_fingerprint(controller->context, scratch);
    if (!controller->fingerprint) {
        controller->fingerprint = arena_strdup(controller->cli->arena, now);
    } else if (!str_eq(now, controller->fingerprint)) {
        controller->fingerprint = arena_strdup(controller->cli->arena, now);
        reload(controller);
    }
    arena_free(scratch);
    controller->config_due = clock_ms() + CONFIG_EVERY_MS;
}

static int run_always(const Cli *cli, Arena *arena, Context *context)
{
    Controller controller = {.cli = cli, .board = board_new(CUTOVER_VERSION)};
    int64_t tick = context->poll_ms > 0 && context->poll_ms < TICK_MS ? context->poll_ms : TICK_MS;
    log_write(LEVEL_INFO, NULL, "cutover %s starts as %s", CUTOVER_VERSION, context->instance);
    start(&controller, arena, context);
    do {
        look_at_config(&controller);
        look_at_git(&controller);
    } while (stop_sleep(tick));
    log_write(LEVEL_INFO, NULL, "ends after the statements that run");
    finish(&controller);
    board_free(controller.board);
    return EXIT_DONE;
}

static int run_once(const Cli *cli, const Context *context)
{
    Targets targets;
    Diags diags = diags_new(cli->arena);
    Err err = {0};
    int code = EXIT_DONE;
    if (!targets_find(cli, context, &targets, &diags, &err)) {
        return targets_stopped(cli, &diags, &err);
    }
    Claims *claims = claims_new();
    claims_look_everywhere(claims, context);
    for (size_t i = 0; i < targets.count && !stop_requested(); i++) {
        const Target *target = &targets.items[i];
        Session session = {.context = context};
        Turn turn = {&session, target->repository, target->environment, NULL, NULL, claims, NULL};
        PassResult result;
        Arena *arena = arena_new();
        code = turn_run(&turn, &result, arena) ? code : EXIT_FAILED;
        turn_end(&turn);
        session_end(&session);
        arena_free(arena);
    }
    claims_free(claims);
    return code;
}

int cmd_run(const Cli *cli)
{
    Arena *arena = arena_new();
    Context *context = arena_make(arena, Context);
    Diags diags = diags_new(cli->arena);
    Err err = {0};
    int code = EXIT_FAILED;
    if (!context_load(cli, arena, context, &diags, &err) || !context_open(context, &err)) {
        code = targets_stopped(cli, &diags, &err);
        arena_free(arena);
        return code;
    }
    context_log(cli, context);
    if (!cli->once) {
        return run_always(cli, arena,
                          context); /* which frees the arena, or another one after a reload */
    }
    code = run_once(cli, context);
    arena_free(arena);
    return code;
}
