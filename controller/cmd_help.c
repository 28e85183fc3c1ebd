/* version, help, completion */
#include "commands.h"

#include "cutover/codes.h"
#include "cutover/json.h"
#include "cutover/str.h"

enum { TEXT_MAX = 1 << 16 };

static const char everywhere[] =
    "Everywhere:\n"
    "  -c, --config FILE          the controller's file (default /etc/cutover/config.yaml if it "
    "exists)\n"
    "      --repo URL|DIR         the repository (default: the file's only one, else .)\n"
    "      --materialize URL      postgres://user@host:6875/database (default: the file, then "
    "PG*)\n"
    "  -e, --environment NAME     may be left out when there is only one\n"
    "  -o, --output text|json\n"
    "      --color auto|always|never\n"
    "      --log-level error|warn|info|debug\n"
    "Each of them can be set as CUTOVER_<NAME>, e.g. CUTOVER_REPO.\n"
    "Exit codes: 0 done or nothing to do, 1 error, 2 changes are pending, 3 a person must act.\n";

int cmd_version(const Cli *cli)
{
    Buf out = buf_new(cli->arena, TEXT_MAX);
    if (cli->json) {
        JsonOut json = json_out(&out);
        json_open_object(&json);
        json_put_str(&json, "version", CUTOVER_VERSION);
        json_close_object(&json);
    } else {
        buf_text(&out, "cutover " CUTOVER_VERSION);
    }
    buf_char(&out, '\n');
    return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}

static int help_one(const Cli *cli, const Command *command)
{
    Buf out = buf_new(cli->arena, TEXT_MAX);
    buf_printf(&out, "cutover %s %s\n  %s%s\n\n%s", command->name, command->usage, command->summary,
               cli_ready(command) ? "" : " (not yet supported in this version)", everywhere);
    return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}

static int help_all(const Cli *cli)
{
    Buf out = buf_new(cli->arena, TEXT_MAX);
    size_t count;
    const Command *all = cli_commands(&count);
    buf_text(&out, "Cutover: a GitOps controller for Materialize. Merging is the deploy.\n\n"
                   "cutover COMMAND [OPERAND] [flags]\n\n");
    for (size_t i = 0; i < count; i++) {
        buf_printf(&out, "  %-12s%s%s\n", all[i].name, all[i].summary,
                   cli_ready(&all[i]) ? "" : " (not yet supported)");
    }
    buf_printf(&out, "\n%s", everywhere);
    return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}

static int help_code(const Cli *cli, const Code *code)
{
    Buf out = buf_new(cli->arena, TEXT_MAX);
    buf_printf(&out, "%s: %s\n  for example   %s\n  what to do    %s\n", code->code, code->meaning,
               code->example, code->remedy);
    return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}

int cmd_help(const Cli *cli)
{
    if (!cli->operand) {
        return help_all(cli);
    }
    const Command *command = cli_command(cli->operand);
    if (command) {
        return help_one(cli, command);
    }
    const Code *code = codes_find(cli->operand);
    if (code) {
        return help_code(cli, code);
    }
    Err err = {0};
    err_set(cli->arena, &err, ERR_INPUT, "CO1090", "unknown command \"%s\"", cli->operand);
    err.hint = "see: cutover help";
    return cli_fail(cli, &err);
}

int cmd_completion(const Cli *cli)
{
    static const char *const scripts[][2] = {
        {"bash", "complete -W \"%s\" cutover\n"},
        {"zsh", "#compdef cutover\ncompadd %s\n"},
        {"fish", "complete -c cutover -f -n __fish_use_subcommand -a \"%s\"\n"},
    };
    StrVec names = {0};
    size_t count;
    const Command *all = cli_commands(&count);
    for (size_t i = 0; i < count; i++) {
        if (cli_ready(&all[i])) {
            vec_push(cli->arena, &names, all[i].name);
        }
    }
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        if (str_eq(cli->operand, scripts[i][0])) {
            Buf out = buf_new(cli->arena, TEXT_MAX);
            buf_printf(&out, scripts[i][1], str_join(cli->arena, &names, " "));
            return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
        }
    }
    Err err = {0};
    err_set(cli->arena, &err, ERR_INPUT, "CO1090", "completion is for bash, zsh or fish");
    return cli_fail(cli, &err);
}
