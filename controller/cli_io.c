/* How commands speak: the answer on stdout, all else on stderr, questions on a terminal only. */
#include "cutover/cli.h"
#include "cutover/log.h"
#include "cutover/str.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cutover/stop.h"

enum { FINDINGS_MAX = 16 << 20 };

bool cli_answer(const Buf *answer)
{
    return fwrite(answer->data, 1, answer->length, stdout) == answer->length && fflush(stdout) == 0;
}

void cli_say(const Cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(cli->arena, format, args);
    va_end(args);
    fprintf(stderr, "%s\n", log_redact(cli->arena, text));
}

int cli_fail(const Cli *cli, const Err *err)
{
    const char *red = cli->color_err ? "\033[31m" : "", *plain = cli->color_err ? "\033[0m" : "";
    if (err->file) {
        cli_say(cli, "%serror%s %s: %s\n  --> %s%s", red, plain, err->code, err->message, err->file,
                err->line > 0 ? arena_printf(cli->arena, ":%d", err->line) : "");
    } else {
        cli_say(cli, "%serror%s %s: %s", red, plain, err->code ? err->code : "CO1000",
                err->message ? err->message : "it failed");
    }
    if (!str_empty(err->detail)) {
        cli_say(cli, "  %s", err->detail);
    }
    if (!str_empty(err->hint)) {
        cli_say(cli, "  %s", err->hint);
    }
    return EXIT_FAILED;
}

bool cli_findings(const Cli *cli, const Diags *diags)
{
    if (diags->list.count > 0) {
        Buf out = buf_new(cli->arena, FINDINGS_MAX);
        diags_write_text(&out, diags, cli->color_err);
        diags_write_summary(&out, diags);
        cli_say(cli, "%s", str_trim(cli->arena, out.data));
    }
    return diags_count(diags, DIAG_ERROR) > 0;
}

/* One line from the terminal without its end; false when it ends, or we are to stop. */
static bool read_line(char *line, int size)
{
    struct pollfd wait[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = stop_fd(), .events = POLLIN}};
    if (poll(wait, 2, -1) <= 0 || !(wait[0].revents & POLLIN) || !fgets(line, size, stdin)) {
        return false;
    }
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static bool can_answer(const Cli *cli, const char *question)
{
    bool can = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    if (!can) {
        cli_say(cli, "%s nobody can answer here: give --yes", question);
    }
    return can;
}

bool cli_ask(const Cli *cli, const char *question, bool *blocked)
{
    char line[16] = "";
    *blocked = false;
    if (cli->yes) {
        return true;
    }
    if (!can_answer(cli, question)) {
        *blocked = true;
        return false;
    }
    fprintf(stderr, "%s [y/N] ", question);
    return read_line(line, sizeof line) && (str_eq(line, "y") || str_eq(line, "yes"));
}

bool cli_ask_text(const Cli *cli, const char *question, const char **answer)
{
    char line[512];
    if (cli->yes) {
        return true;
    }
    if (!can_answer(cli, arena_printf(cli->arena, "%s?", question))) {
        return false;
    }
    fprintf(stderr, "%s [%s] ", question, *answer);
    if (!read_line(line, sizeof line)) {
        return false;
    }
    const char *text = str_trim(cli->arena, line);
    *answer = *text ? text : *answer;
    return true;
}
