/* Programs that a test runs beside itself: a shell line, and a server that prints `ready PORT`. */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include "check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Child {
    pid_t pid;
    int port;
} Child;

static inline void child_remove_folder(void *arg)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", (const char *)arg);
    if (system(command) != 0) {
        fprintf(stderr, "%s could not be removed\n", (const char *)arg);
    }
}

/* A new folder that goes away with ARENA. */
static inline const char *child_folder(Arena *arena)
{
    char *folder = arena_strdup(arena, "/tmp/cutover-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    arena_defer(arena, child_remove_folder, folder);
    return folder;
}

/* Runs a shell line in FOLDER; the test fails when it does. */
static inline void child_shell(Arena *arena, const char *folder, const char *line)
{
    const char *all = arena_printf(
        arena,
        "cd '%s' && export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com "
        "GIT_COMMITTER_NAME=Ada "
        "GIT_COMMITTER_EMAIL=ada@example.com GIT_CONFIG_GLOBAL=/dev/null && (%s) >out.txt 2>&1",
        folder, line);
    if (system(all) != 0) {
        fail_msg("%s failed: see %s/out.txt", line, folder);
    }
}

static inline void child_stop(void *arg)
{
    Child *child = arg;
    kill(child->pid, SIGTERM);
    waitpid(child->pid, NULL, 0);
}

/* Starts a python program of tests/tools with ARGS (a shell's words); it ends with ARENA. */
static inline Child *child_server(Arena *arena, const char *program, const char *args)
{
    int ends[2];
    char line[64] = "";
    Child *child = arena_alloc(arena, sizeof *child);
    assert_int_equal(pipe(ends), 0);
    child->pid = fork();
    if (child->pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl("/bin/sh", "sh", "-c",
              arena_printf(arena, "exec python3 %s/tools/%s %s", TEST_DATA, program, args), NULL);
        _exit(127);
    }
    close(ends[1]);
    arena_defer(arena, child_stop, child);
    FILE *out = fdopen(ends[0], "r");
    assert_non_null(out);
    assert_non_null(fgets(line, sizeof line, out));
    assert_int_equal(sscanf(line, "ready %d", &child->port), 1);
    fclose(out);
    return child;
}

#endif
