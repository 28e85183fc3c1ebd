#include "postgres.h"

#include "cutover/str.h"
#include "standin_sql.h"
#include "standin_sql_list.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIN "/usr/lib/postgresql/15/bin/"
#define DATABASE "standin"
#define BUILDING "standin_building"
#define START_TRIES 600 /* of 50 ms */

static bool fail(Arena *arena, Err *err, const char *what, const char *detail)
{
    err_set(arena, err, ERR_INTERNAL, "ST0001", "%s", what);
    err->detail = detail ? str_trim(arena, detail) : strerror(errno);
    return false;
}

/* --- the user that may run PostgreSQL --- */

static const struct passwd *unprivileged(void)
{
    const struct passwd *user = getpwnam("postgres");
    return user ? user : getpwnam("nobody");
}

/* So that a data folder below a private folder of root can be reached; without the capability it just
 * cannot. */
static void keep_path_access(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {0};
    data[0].effective = data[0].permitted = data[0].inheritable =
        1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH;
    syscall(SYS_capset, &header, data);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0);
}

static void become_unprivileged(void)
{
    const struct passwd *user = geteuid() == 0 ? unprivileged() : NULL;
    if (!user) {
        return;
    }
    prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    if (setgroups(0, NULL) || setgid(user->pw_gid) || setuid(user->pw_uid)) {
        _exit(127);
    }
    keep_path_access();
}

static bool own(const char *dir)
{
    const struct passwd *user = geteuid() == 0 ? unprivileged() : NULL;
    return !user || chown(dir, user->pw_uid, user->pw_gid) == 0;
}

/* --- children --- */

/* Starts ARGV with its output in DIR/LOG. It gets SIGQUIT (PostgreSQL: stop at once) when we die. */
static pid_t spawn(const char *dir, const char *log, const char *const *argv)
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0) {
        return pid;
    }
    int out = -1;
    if (chdir(dir) == 0) {
        out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    }
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    become_unprivileged();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0); /* a terminal's Ctrl-C is ours to handle */
    prctl(PR_SET_PDEATHSIG, SIGQUIT, 0, 0, 0);
    if (getppid() != parent) {
        _exit(127);
    }
    execv(argv[0], (char *const *)argv);
    _exit(127);
}

static bool run(const char *dir, const char *log, const char *const *argv)
{
    int status = -1;
    pid_t pid = spawn(dir, log, argv);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* --- making it --- */

static bool make_cluster(Arena *arena, const char *dir, Err *err)
{
    const char *data = arena_printf(arena, "%s/pg", dir);
    const char *building = arena_printf(arena, "%s/pg.new", dir);
    struct stat st;
    if (stat(arena_printf(arena, "%s/PG_VERSION", data), &st) == 0) {
        return true;
    }
    run(dir, "initdb.log", (const char *const[]){"/bin/rm", "-rf", building, NULL});
    const char *const initdb[] = {BIN "initdb",
                                  "-D",
                                  building,
                                  "-U",
                                  "postgres",
                                  "-A",
                                  "trust",
                                  "-E",
                                  "UTF8",
                                  "-N",
                                  "--lc-collate=C",
                                  "--lc-ctype=C.UTF-8",
                                  "--lc-messages=C",
                                  "--lc-time=C",
                                  "--lc-monetary=C",
                                  "--lc-numeric=C",
                                  NULL};
    if (!run(dir, "initdb.log", initdb)) {
        return fail(arena, err, "initdb failed", arena_printf(arena, "see %s/initdb.log", dir));
    }
    return rename(building, data) == 0 || fail(arena, err, "cannot name the data folder", NULL);
}

/* Without fsync a kill of ours loses nothing; with synchronous_commit=off it would. */
static void start_child(Arena *arena, Postgres *pg)
{
    const char *const postgres[] = {BIN "postgres",
                                    "-D",
                                    arena_printf(arena, "%s/pg", pg->dir),
                                    "-k",
                                    pg->socket,
                                    "-c",
                                    "listen_addresses=",
                                    "-c",
                                    "fsync=off",
                                    "-c",
                                    "full_page_writes=off",
                                    "-c",
                                    "max_connections=300",
                                    "-c",
                                    "jit=off",
                                    "-c",
                                    "shared_buffers=64MB",
                                    "-c",
                                    "max_locks_per_transaction=256",
                                    "-c",
                                    "TimeZone=UTC",
                                    "-c",
                                    "log_min_messages=fatal",
                                    "-c",
                                    "log_min_error_statement=panic",
                                    NULL};
    pg->pid = spawn(pg->dir, "postgres.log", postgres);
}

const char *postgres_conninfo(Arena *arena, const Postgres *pg, const char *database)
{
    return arena_printf(arena,
                        "host='%s' user=postgres dbname=%s client_encoding=UTF8 "
                        "application_name=standin",
                        pg->socket, database ? database : DATABASE);
}

/* A connection to DATABASE once the server answers; NULL when it has ended or takes too long. */
static PGconn *connect_when_up(Arena *arena, Postgres *pg, const char *database)
{
    const char *info = postgres_conninfo(arena, pg, database);
    for (int i = 0; i < START_TRIES; i++) {
        PGconn *conn = PQconnectdb(info);
        if (PQstatus(conn) == CONNECTION_OK) {
            return conn;
        }
        PQfinish(conn);
        if (waitpid(pg->pid, NULL, WNOHANG) == pg->pid) {
            start_child(arena, pg); /* an older one of ours may still be on its way out */
        }
        usleep(50000);
    }
    return NULL;
}

/* --- its content --- */

static bool exec(Arena *arena, PGconn *conn, const char *sql, const char *what, Err *err)
{
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
           fail(arena, err, arena_printf(arena, "%s failed", what), PQerrorMessage(conn));
}

static void discard_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

static bool run_files(Arena *arena, Postgres *pg, Err *err)
{
    static const struct {
        const char *name, *text;
    } files[] = {
#define X(name) {"sql/" #name ".sql", sql_##name},
        STANDIN_SQL_FILES(X)
#undef X
    };
    PGconn *conn = connect_when_up(arena, pg, BUILDING);
    PQsetNoticeReceiver(conn, discard_notice, NULL);
    bool ok = conn != NULL;
    for (size_t i = 0; ok && i < sizeof files / sizeof *files; i++) {
        ok = exec(arena, conn, files[i].text, files[i].name, err);
    }
    PQfinish(conn);
    return ok;
}

/* The database gets its name when it is complete, so that a death in between leaves nothing half made. */
static bool make_database(Arena *arena, Postgres *pg, Err *err)
{
    PGconn *conn = connect_when_up(arena, pg, "postgres");
    if (!conn) {
        return fail(arena, err, "PostgreSQL did not start",
                    arena_printf(arena, "see %s/postgres.log", pg->dir));
    }
    PQsetNoticeReceiver(conn, discard_notice, NULL);
    PGresult *found = PQexec(conn, "SELECT 1 FROM pg_database WHERE datname = '" DATABASE "'");
    pg->fresh = PQntuples(found) == 0;
    PQclear(found);
    bool ok = true;
    if (pg->fresh) {
        ok = exec(arena, conn, "DROP DATABASE IF EXISTS " BUILDING, "cleaning up", err) &&
             exec(arena, conn, "CREATE DATABASE " BUILDING, "making the database", err) &&
             run_files(arena, pg, err) &&
             exec(arena, conn, "ALTER DATABASE " BUILDING " RENAME TO " DATABASE, "naming", err);
    }
    PQfinish(conn);
    return ok;
}

/* --- for others --- */

/* The path of a socket has at most 107 bytes. */
static const char *socket_folder(Arena *arena, const char *dir)
{
    if (strlen(dir) < 80) {
        return dir;
    }
    char *folder = mkdtemp(arena_strdup(arena, "/tmp/standin-XXXXXX"));
    return folder && own(folder) ? folder : dir;
}

bool postgres_start(Arena *arena, const char *dir, Postgres *pg, Err *err)
{
    char *full = realpath(dir, NULL);
    if (!full && mkdir(dir, 0755) == 0) {
        full = realpath(dir, NULL);
    }
    if (!full || !own(full)) {
        free(full);
        return fail(arena, err, arena_printf(arena, "cannot use the folder %s", dir), NULL);
    }
    *pg = (Postgres){.dir = arena_strdup(arena, full)};
    free(full);
    pg->socket = socket_folder(arena, pg->dir);
    if (!make_cluster(arena, pg->dir, err)) {
        return false;
    }
    start_child(arena, pg);
    if (make_database(arena, pg, err)) {
        return true;
    }
    postgres_stop(pg);
    return false;
}

void postgres_stop(Postgres *pg)
{
    if (pg->pid > 0) {
        kill(pg->pid, SIGINT); /* fast: sessions are ended, data is kept */
        while (waitpid(pg->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        pg->pid = 0;
    }
    if (!str_eq(pg->socket, pg->dir)) {
        rmdir(pg->socket);
    }
}
