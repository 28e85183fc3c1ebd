#include "cutover/cli.h"

#include "become.h"
#include "commands.h"
#include "online.h"

#include "cutover/log.h"
#include "cutover/stop.h"
#include "cutover/str.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Repositories, Materialize or notifiers, whatever the flags say. */
static bool always(const Cli *cli)
{
    (void)cli;
    return true;
}

static const Command commands[] = {
    {"run", "[--once]", "watch the repositories and keep every environment at its commit", "once",
     false, always, NULL},
    {"plan", "[--revision REF | --project DIR]", "show what a commit would change; changes nothing",
     "revision project", false, always, NULL},
    {"apply", "[--revision REF] [--plan DIGEST] [--until PHASE] [--yes]",
     "show the plan, ask, and carry it out until it is live", "revision plan until yes", false,
     always, NULL},
    {"compile", "[--project DIR] [--target T] [--vars YAML] [--out DIR]",
     "write the SQL of every model and test", "project target vars out", false, compile_asks,
     cmd_compile},
    {"validate", "[--project DIR] [--target T]", "read everything, print all findings",
     "project target vars", false, NULL, cmd_validate},
    {"ls", "[--select S] [--exclude S] [--selector N] [--resource-type T]... [--project DIR]",
     "list what a selection holds",
     "select exclude selector indirect-selection resource-type exclude-resource-type project "
     "target vars",
     false, ls_asks, cmd_ls},
    {"status", "[--watch]", "what is live, what is under way, what it waits for", "watch", false,
     always, NULL},
    {"history", "[--limit N] [--since DATE]", "deployments, newest first", "limit since", false,
     always, NULL},
    {"show", "DEPLOYMENT [--sql]", "one deployment in full", "sql", true, always, NULL},
    {"approve", "[DEPLOYMENT] [--permit P]... [--reason TEXT] [--wait] [--yes]",
     "approve the plan that you see", "permit reason wait yes", true, always, NULL},
    {"abort", "[DEPLOYMENT] [--reason TEXT] [--wait]", "end a deployment that has not cut over",
     "reason wait", true, always, NULL},
    {"hold", "[--reason TEXT] [--wait]", "start nothing in this environment until resume",
     "reason wait", false, always, NULL},
    {"resume", "[--reason TEXT] [--wait]", "lift a hold; try a failed or denied commit again",
     "reason wait", false, always, NULL},
    {"promote", "[DEPLOYMENT] [--reason TEXT] [--wait]", "take the next step now", "reason wait",
     true, always, NULL},
    {"rollback", "[DEPLOYMENT] [--reason TEXT] [--wait]",
     "go back, by default to the generation before", "reason wait", true, always, NULL},
    {"reingest", "RELATION [--yes]", "read one table of a source again", "", true, NULL, NULL},
    {"adopt", "[--select S] [--exclude S] [--yes]",
     "take over live objects that equal the declared ones", "select exclude yes", false, always,
     NULL},
    {"repair", "[--yes]", "put right what people damaged in record and marker", "yes", false,
     always, NULL},
    {"drift", "", "what in Materialize is no longer as deployed", "", false, always, NULL},
    {"notify", "--test [NOTIFIER]", "send a test message and print each answer", "test", true,
     always, NULL},
    {"doctor", "", "check configuration, Git, privileges, clusters, notifiers", "", false, always,
     NULL},
    {"init", "[--project DIR] [--yes]", "look at a folder and write cutover.yaml", "project yes",
     false, NULL, cmd_init},
    {"version", "", "the version", "", false, NULL, cmd_version},
    {"completion", "bash|zsh|fish", "completion of commands for a shell", "", true, NULL,
     cmd_completion},
    {"help", "[COMMAND|CODE]", "this text, or that of a command or of an error's code", "", true,
     NULL, cmd_help},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

typedef struct Flag {
    const char *name;
    char letter;     /* or 0 */
    bool everywhere; /* of all commands, and CUTOVER_<NAME> sets it */
    bool value;      /* takes a text; else it is a switch */
    size_t offset;   /* in Parsed */
} Flag;

/* A Cli and what is only needed to fill it. */
typedef struct Parsed {
    Cli cli;
    const char *output, *color;
} Parsed;

#define TEXT_FLAG(name) {#name, 0, false, true, offsetof(Parsed, cli.name)}
#define SWITCH(name) {#name, 0, false, false, offsetof(Parsed, cli.name)}

static const Flag flags[] = {
    {"environment", 'e', true, true, offsetof(Parsed, cli.environment)},
    {"output", 'o', true, true, offsetof(Parsed, output)},
    {"config", 'c', true, true, offsetof(Parsed, cli.config)},
    {"help", 'h', true, false, offsetof(Parsed, cli.help)},
    {"repo", 0, true, true, offsetof(Parsed, cli.repo)},
    {"materialize", 0, true, true, offsetof(Parsed, cli.materialize)},
    {"color", 0, true, true, offsetof(Parsed, color)},
    {"log-level", 0, true, true, offsetof(Parsed, cli.log_level)},
    TEXT_FLAG(revision),
    TEXT_FLAG(project),
    TEXT_FLAG(plan),
    TEXT_FLAG(until),
    TEXT_FLAG(target),
    TEXT_FLAG(vars),
    TEXT_FLAG(out),
    TEXT_FLAG(reason),
    TEXT_FLAG(permit),
    {"select", 's', false, true, offsetof(Parsed, cli.select)},
    TEXT_FLAG(exclude),
    TEXT_FLAG(selector),
    {"indirect-selection", 0, false, true, offsetof(Parsed, cli.indirect_selection)},
    {"resource-type", 0, false, true, offsetof(Parsed, cli.resource_type)},
    {"exclude-resource-type", 0, false, true, offsetof(Parsed, cli.exclude_resource_type)},
    TEXT_FLAG(limit),
    TEXT_FLAG(since),
    SWITCH(once),
    SWITCH(yes),
    SWITCH(watch),
    SWITCH(wait),
    SWITCH(test),
    SWITCH(sql),
};

enum { FLAGS = sizeof flags / sizeof *flags };

const Command *cli_commands(size_t *count)
{
    *count = COMMANDS;
    return commands;
}

const Command *cli_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (str_eq(commands[i].name, name)) {
            return &commands[i];
        }
    }
    return NULL;
}

bool cli_ready(const Command *command)
{
    return command->run || command->asks;
}

static const Flag *flag_find(const char *name, char letter)
{
    for (size_t i = 0; i < FLAGS; i++) {
        if (name ? str_eq(flags[i].name, name) : flags[i].letter == letter) {
            return &flags[i];
        }
    }
    return NULL;
}

static bool usage(Arena *arena, Err *err, const char *hint, const char *format, const char *word)
{
    err_set(arena, err, ERR_INPUT, "CO1090", format, word);
    err->hint = hint;
    return false;
}

static bool unknown(Arena *arena, Err *err, const char *format, const char *word,
                    const StrVec *known, const char *prefix)
{
    const char *nearest = str_nearest(word, known);
    return usage(arena, err,
                 nearest
                     ? arena_printf(arena, "did you mean %s%s? see: cutover help", prefix, nearest)
                     : "see: cutover help",
                 format, word);
}

static bool unknown_flag(Arena *arena, const char *name, Err *err)
{
    StrVec known = {0};
    for (size_t i = 0; i < FLAGS; i++) {
        vec_push(arena, &known, flags[i].name);
    }
    return unknown(arena, err, "unknown flag --%s", name, &known, "--");
}

/* As for dbt: `--select a b` and `--select a --select b` are the same. */
static bool takes_words(const Flag *flag)
{
    return str_eq(flag->name, "select") || str_eq(flag->name, "exclude") ||
           str_ends(flag->name, "resource-type");
}

/* What is given several times adds up; of other flags the last one counts. */
static bool may_repeat(const Flag *flag)
{
    return str_eq(flag->name, "permit") || takes_words(flag);
}

/* One flag at argv[*i]; its value may stand behind '=' or in the next argument. */
static bool take_flag(Arena *arena, int argc, char **argv, int *i, Parsed *parsed, StrVec *given,
                      Err *err)
{
    const char *arg = argv[*i];
    bool is_long = arg[1] == '-';
    size_t length = is_long ? strcspn(arg + 2, "=") : 1;
    const char *name = arena_strndup(arena, arg + 1 + is_long, length);
    const char *rest = arg + 1 + is_long + length;
    const Flag *flag = flag_find(is_long ? name : NULL, *name);
    if (!flag || (!is_long && !*name)) {
        return unknown_flag(arena, name, err);
    }
    char *field = (char *)parsed + flag->offset;
    vec_push(arena, given, flag->name);
    if (!flag->value) {
        *(bool *)field = true;
        return !*rest || usage(arena, err, NULL, "--%s takes no value", flag->name);
    }
    if (!*rest && ++*i >= argc) {
        return usage(arena, err, NULL, "--%s needs a value", flag->name);
    }
    const char *value = !*rest ? argv[*i] : *rest == '=' ? rest + 1 : rest;
    const char **text = (const char **)(void *)field;
    bool again = *text && may_repeat(flag);
    *text = again ? arena_printf(arena, "%s %s", *text, value) : value;
    bool apart = !*rest;
    while (apart && takes_words(flag) && parsed->cli.command && *i + 1 < argc &&
           *argv[*i + 1] != '-') {
        *text = arena_printf(arena, "%s %s", *text, argv[++*i]);
    }
    return true;
}

static bool take_word(Arena *arena, const char *word, Cli *cli, Err *err)
{
    if (!cli->command) {
        cli->command = word;
        return true;
    }
    if (cli->operand) {
        return usage(arena, err, NULL, "\"%s\" is one word too many", word);
    }
    cli->operand = word;
    return true;
}

static bool check_word(Arena *arena, const char *what, const char *word, const char *choices,
                       Err *err)
{
    StrVec known = str_split(arena, choices, '|');
    if (!word || str_in(&known, word)) {
        return true;
    }
    return usage(arena, err, arena_printf(arena, "%s is one of %s", what, choices),
                 "\"%s\" is not known here", word);
}

static bool check_command(Arena *arena, const Cli *cli, const StrVec *given, Err *err)
{
    const Command *command = cli_command(cli->command);
    StrVec own = str_split(arena, command->flags, ' ');
    vec_each (const char *, name, given) {
        if (!flag_find(*name, 0)->everywhere && !str_in(&own, *name)) {
            return usage(arena, err, arena_printf(arena, "see: cutover help %s", command->name),
                         "this command has no flag --%s", *name);
        }
    }
    if (cli->operand && !command->operand) {
        return usage(arena, err, arena_printf(arena, "see: cutover help %s", command->name),
                     "\"%s\" is one word too many", cli->operand);
    }
    return true;
}

static bool check_known(Arena *arena, const Cli *cli, Err *err)
{
    if (cli_command(cli->command)) {
        return true;
    }
    StrVec known = {0};
    for (size_t i = 0; i < COMMANDS; i++) {
        vec_push(arena, &known, commands[i].name);
    }
    return unknown(arena, err, "unknown command \"%s\"", cli->command, &known, "");
}

/* CUTOVER_LOG_LEVEL and the like, for what the line does not say. */
static void take_environment(Arena *arena, const char *(*get)(const char *name), Parsed *parsed)
{
    for (size_t i = 0; i < FLAGS; i++) {
        const char **field = (const char **)(void *)((char *)parsed + flags[i].offset);
        if (!flags[i].everywhere || !flags[i].value || *field) {
            continue;
        }
        char *name = arena_printf(arena, "CUTOVER_%s", flags[i].name);
        for (char *p = name; *p; p++) {
            *p = *p == '-' ? '_' : *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
        }
        const char *value = get(name);
        *field = str_empty(value) ? NULL : value;
    }
}

static bool color_for(const char *mode, int fd)
{
    const char *term = getenv("TERM");
    if (mode && !str_eq(mode, "auto")) {
        return str_eq(mode, "always");
    }
    return isatty(fd) && !getenv("NO_COLOR") && !str_eq(term, "dumb");
}

static bool read_words(Arena *arena, int argc, char **argv, Parsed *parsed, StrVec *given, Err *err)
{
    for (int i = 1; i < argc; i++) {
        bool is_flag = argv[i][0] == '-' && argv[i][1] != '\0';
        if (!(is_flag ? take_flag(arena, argc, argv, &i, parsed, given, err)
                      : take_word(arena, argv[i], &parsed->cli, err))) {
            return false;
        }
    }
    return true;
}

static bool not_ready(Arena *arena, const Command *command, Err *err)
{
    return usage(arena, err, "see: cutover help",
                 "`cutover %s` is not yet supported in this version", command->name);
}

bool cli_parse(Arena *arena, int argc, char **argv, const char *(*get)(const char *name), Cli *cli,
               Err *err)
{
    Parsed parsed = {.cli = {.arena = arena}};
    StrVec given = {0};
    bool read = read_words(arena, argc, argv, &parsed, &given, err);
    const Command *command = cli_command(parsed.cli.command);
    if (command && !cli_ready(command) && !parsed.cli.help) {
        return not_ready(arena, command, err);
    }
    take_environment(arena, get, &parsed);
    if (!parsed.cli.command) {
        parsed.cli.command = "help";
    }
    LogLevel level;
    if (!read || !check_known(arena, &parsed.cli, err) ||
        !check_command(arena, &parsed.cli, &given, err) ||
        !check_word(arena, "--output", parsed.output, "text|json", err) ||
        !check_word(arena, "--color", parsed.color, "auto|always|never", err)) {
        return false;
    }
    if (parsed.cli.log_level && !log_level_parse(parsed.cli.log_level, &level)) {
        return usage(arena, err, "--log-level is one of error|warn|info|debug",
                     "\"%s\" is not known here", parsed.cli.log_level);
    }
    parsed.cli.json = str_eq(parsed.output, "json");
    parsed.cli.color = color_for(parsed.color, STDOUT_FILENO);
    parsed.cli.color_err = color_for(parsed.color, STDERR_FILENO);
    *cli = parsed.cli;
    return true;
}

static const char *get_variable(const char *name)
{
    return getenv(name);
}

static int run_command(const Cli *cli, const Command *command)
{
    CommandRun *run = command->run ? command->run : cli->online->run(command->name);
    stop_install();
    return run(cli);
}

int cli_main(int argc, char **argv, const Online *online)
{
    Arena *arena = arena_new();
    Cli cli = {.arena = arena};
    Err err = {0};
    int code = EXIT_FAILED;
    bool read = cli_parse(arena, argc, argv, get_variable, &cli, &err);
    const Command *command = read ? cli_command(cli.command) : NULL;
    cli.online = online;
    if (read && cli.help && !str_eq(cli.command, "help")) {
        cli.operand = cli.command;
        code = cmd_help(&cli);
    } else if (!read || (command->asks && command->asks(&cli) && !online &&
                         !become_online(arena, argv, &err))) {
        cli_fail(&cli, &err);
    } else {
        code = run_command(&cli, command);
    }
    arena_free(arena);
    return code;
}
