/*
 * The command line: one table of commands and flags (docs/interface.md section 3), read into a Cli that each
 * command gets. stdout carries the answer only; everything else goes to stderr.
 */
#ifndef CUTOVER_CLI_H
#define CUTOVER_CLI_H

#include "cutover/buf.h"
#include "cutover/diag.h"
#include "cutover/err.h"
#include "cutover/vec.h"

/* Exit codes; there are no others. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_PENDING = 2, EXIT_BLOCKED = 3 };

typedef struct Cli Cli;
typedef struct Online Online;

struct Cli {
    Arena *arena; /* lives as long as the command */
    const char *command;
    const char *operand; /* NULL when none was given */
    /* everywhere */
    const char *config, *repo, *materialize, *environment, *log_level;
    bool json, help;
    bool color;     /* on stdout */
    bool color_err; /* on stderr */
    /* of single commands; NULL or false when not given */
    const char *revision, *project, *plan, *until, *target, *vars, *out, *reason, *limit, *since;
    const char *select, *exclude, *selector, *indirect_selection;
    const char *permit, *resource_type, *exclude_resource_type; /* several with blanks between */
    bool once, yes, watch, wait, test, sql;
    const Online
        *online; /* what only a program that talks to servers can do; NULL: this one does not */
};

typedef int CommandRun(const Cli *cli);

typedef struct Command {
    const char *name;
    const char *usage;            /* behind the name */
    const char *summary;          /* one line */
    const char *flags;            /* names of its own flags, with blanks between */
    bool operand;                 /* takes one */
    bool (*asks)(const Cli *cli); /* whether it talks to a server, as CLI says; NULL: never */
    CommandRun
        *run; /* NULL: only where it can talk to servers, or, without ASKS, not yet supported */
} Command;

/* Reads ARGV, runs the command and returns the exit code. Without ONLINE a command that talks to servers is left to
 * cutover-online. */
int cli_main(int argc, char **argv, const Online *online);

/* Fills CLI from ARGV and from CUTOVER_<NAME> by GET (getenv()). False and ERR (CO1) on a usage error. */
bool cli_parse(Arena *arena, int argc, char **argv, const char *(*get)(const char *name), Cli *cli,
               Err *err);

/* Whether this version has the command. */
bool cli_ready(const Command *command);

/* The command of that name, or NULL. */
const Command *cli_command(const char *name);

/* The table; COUNT is set. */
const Command *cli_commands(size_t *count);

/* Writes an answer to stdout; false when it cannot be written (a closed pipe). */
bool cli_answer(const Buf *answer);

/* Redacted text to stderr. */
void cli_say(const Cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "error CO6002: ..." on stderr; returns EXIT_FAILED. */
int cli_fail(const Cli *cli, const Err *err);

/* All findings and their summary on stderr; true when one of them is an error. */
bool cli_findings(const Cli *cli, const Diags *diags);

/* Asks on the terminal; false when the answer is no. Where nobody can answer *BLOCKED is set. */
bool cli_ask(const Cli *cli, const char *question, bool *blocked);

/* Asks for a text, offering what *ANSWER holds; with --yes, or an empty line, it stays. False when nobody answers. */
bool cli_ask_text(const Cli *cli, const char *question, const char **answer);

#endif
