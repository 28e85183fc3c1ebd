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

static bool read_answer(void)
{
    struct pollfd wait[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = stop_fd(), .events = POLLIN}};
    char line[16] = "";
    if (poll(wait, 2, -1) <= 0 || !(wait[0].revents & POLLIN) || !fgets(line, sizeof line, stdin)) {
        return false;
    }
    return strcmp(line, "y\n") == 0 || strcmp(line, "yes\n") == 0;
}

bool cli_ask(const Cli *cli, const char *question, bool *blocked)
{
    *blocked = false;
    if (cli->yes) {
        return true;
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        cli_say(cli, "%s nobody can answer here: give --yes", question);
        *blocked = true;
        return false;
    }
    fprintf(stderr, "%s [y/N] ", question);
    return read_answer();
}
