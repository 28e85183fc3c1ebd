/*
 * The stand-in: a server that looks like Materialize, as far as a deployment looks. See README.md.
 */
#include "names.h"
#include "session.h"

#include "cutover/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Options {
    const char *listen, *data, *seed;
} Options;

static const char usage[] = "usage: standin --listen HOST:PORT --data DIR [--seed FILE.sql]\n"
                            "Port 0 takes a free one. For tests only, never for production.\n";

static bool parse_options(int argc, char **argv, Options *options)
{
    *options = (Options){.listen = "127.0.0.1:6875"};
    for (int i = 1; i + 1 < argc; i += 2) {
        const char **value = str_eq(argv[i], "--listen") ? &options->listen
                             : str_eq(argv[i], "--data") ? &options->data
                             : str_eq(argv[i], "--seed") ? &options->seed
                                                         : NULL;
        if (!value) {
            return false;
        }
        *value = argv[i + 1];
    }
    return argc % 2 == 1 && options->data;
}

static int die(Arena *arena, const Err *err)
{
    fprintf(stderr, "standin: %s\n", err_text(arena, err));
    return 1;
}

/* --- clients --- */

typedef struct Client {
    Server *server;
    int fd;
} Client;

static void *serve(void *arg)
{
    Client client = *(Client *)arg;
    free(arg);
    session_serve(client.server, client.fd);
    close(client.fd);
    return NULL;
}

static void accept_client(Server *server, int listener)
{
    pthread_t thread;
    int on = 1, fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Client *client = malloc(sizeof *client);
    *client = (Client){server, fd};
    if (pthread_create(&thread, NULL, serve, client) != 0) {
        free(client);
        close(fd);
        return;
    }
    pthread_detach(thread);
}

static int listen_on(Arena *arena, const char *address, int *port, Err *err)
{
    const char *colon = strrchr(address, ':');
    int64_t number = 0;
    struct sockaddr_in at = {.sin_family = AF_INET};
    const char *host = colon ? arena_strndup(arena, address, (size_t)(colon - address)) : address;
    if (!colon || !str_to_int(colon + 1, 0, 65535, &number) ||
        inet_pton(AF_INET, str_eq(host, "localhost") ? "127.0.0.1" : host, &at.sin_addr) != 1) {
        err_set(arena, err, ERR_INPUT, "ST0008", "--listen wants HOST:PORT, not %s", address);
        return -1;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    socklen_t size = sizeof at;
    at.sin_port = htons((uint16_t)number);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 128) ||
        getsockname(fd, (struct sockaddr *)&at, &size)) {
        err_set(arena, err, ERR_UNAVAILABLE, "ST0009", "cannot listen on %s: %s", address,
                strerror(errno));
        close(fd);
        return -1;
    }
    *port = ntohs(at.sin_port);
    return fd;
}

/* --- what is known before the first client --- */

static bool read_types(Server *server, Err *err)
{
    PGconn *conn = server->control =
        PQconnectdb(postgres_conninfo(server->arena, &server->pg, NULL));
    PGresult *result = PQexec(conn, "SELECT pg_oid, mz_oid FROM standin.type_oids");
    bool ok = PQresultStatus(result) == PGRES_TUPLES_OK;
    for (int i = 0; ok && i < PQntuples(result); i++) {
        map_put(server->arena, &server->type_oids,
                arena_strdup(server->arena, PQgetvalue(result, i, 0)),
                arena_strdup(server->arena, PQgetvalue(result, i, 1)));
    }
    if (!ok) {
        err_set(server->arena, err, ERR_INTERNAL, "ST0010", "%s", PQerrorMessage(conn));
    }
    PQclear(result);
    /* Sessions of an earlier run ended with it, and the uptime begins anew. */
    result = PQexec(conn, "DELETE FROM standin.subscriptions; DELETE FROM standin.sessions;"
                          "UPDATE standin.meta SET started_at = standin.now()");
    PQclear(result);
    result = PQexec(conn, "SELECT EXISTS (SELECT FROM standin_control.faults)");
    atomic_store(&server->faults, PQgetvalue(result, 0, 0)[0] == 't');
    PQclear(result);
    return ok;
}

/* --- the seed --- */

static const char *read_file(Arena *arena, const char *path)
{
    Buf text = buf_new(arena, 64 << 20);
    char chunk[65536];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;
    while (fd >= 0 && (n = read(fd, chunk, sizeof chunk)) > 0) {
        buf_add(&text, chunk, (size_t)n);
    }
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0 ? (text.length ? text.data : "") : NULL;
}

/* The seed's statements go in as a client's would, one after the other. */
static bool run_seed(Server *server, int port, const char *text, Err *err)
{
    Arena *arena = server->arena;
    SqlToks toks;
    if (!sql_tokens(arena, text, strlen(text), &toks, err)) {
        return false;
    }
    PGconn *conn = PQconnectdb(
        arena_printf(arena,
                     "host=127.0.0.1 port=%d user=materialize dbname=materialize sslmode=disable "
                     "options='--welcome_message=off'",
                     port));
    bool ok = PQstatus(conn) == CONNECTION_OK;
    size_t from = 0;
    vec_each (SqlTok, tok, &toks) {
        if (ok && (sql_is_symbol(tok, ";") || tok->kind == SQL_END)) {
            PGresult *result = PQexec(conn, arena_strndup(arena, text + from, tok->start - from));
            ok = PQresultStatus(result) != PGRES_FATAL_ERROR;
            PQclear(result);
            from = tok->end;
        }
    }
    if (!ok) {
        err_set(arena, err, ERR_INPUT, "ST0011", "the seed failed: %s", PQerrorMessage(conn));
    }
    PQfinish(conn);
    return ok;
}

typedef struct Seed {
    Server *server;
    const char *text;
    int port, done[2]; /* a pipe: what the loop waits for */
    Err err;
    bool ok;
} Seed;

static void *seed_thread(void *arg)
{
    Seed *seed = arg;
    seed->ok = run_seed(seed->server, seed->port, seed->text, &seed->err);
    close(seed->done[1]);
    return NULL;
}

/* --- the loop --- */

/* Until a signal or UNTIL becomes readable; false when PostgreSQL has ended by itself. */
static bool loop(Server *server, int listener, int signals, int until)
{
    for (;;) {
        struct pollfd fds[3] = {{.fd = listener, .events = POLLIN},
                                {.fd = signals, .events = POLLIN},
                                {.fd = until, .events = POLLIN}};
        if (poll(fds, 3, -1) < 0 && errno != EINTR) {
            return false;
        }
        if (fds[0].revents) {
            accept_client(server, listener);
        }
        struct signalfd_siginfo info;
        if (fds[1].revents && read(signals, &info, sizeof info) == sizeof info) {
            if (info.ssi_signo != SIGCHLD) {
                return true;
            }
            if (waitpid(server->pg.pid, NULL, WNOHANG) == server->pg.pid) {
                server->pg.pid = 0;
                fprintf(stderr, "standin: PostgreSQL has ended; see %s/postgres.log\n",
                        server->pg.dir);
                return false;
            }
        }
        if (fds[2].revents) {
            return true;
        }
    }
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool seed_first(Server *server, const Options *options, int listener, int signals, int port)
{
    if (!options->seed || !server->pg.fresh) {
        return true;
    }
    Seed seed = {.server = server, .port = port, .text = read_file(server->arena, options->seed)};
    pthread_t thread;
    if (!seed.text || pipe2(seed.done, O_CLOEXEC)) {
        fprintf(stderr, "standin: cannot read %s\n", options->seed);
        return false;
    }
    pthread_create(&thread, NULL, seed_thread, &seed);
    bool alive = loop(server, listener, signals, seed.done[0]);
    pthread_join(thread, NULL);
    close(seed.done[0]);
    if (!seed.ok) {
        die(server->arena, &seed.err);
    }
    return alive && seed.ok;
}

int main(int argc, char **argv)
{
    Options options;
    Server *server = calloc(1, sizeof *server);
    Err err = {0};
    int port = 0, signals = open_signals();
    server->arena = arena_new();
    pthread_mutex_init(&server->ddl, NULL);
    pthread_mutex_init(&server->lock, NULL);
    pthread_mutex_init(&server->control_lock, NULL);
    if (!parse_options(argc, argv, &options)) {
        fputs(usage, stderr);
        return 2;
    }
    int listener = listen_on(server->arena, options.listen, &port, &err);
    if (listener < 0 || !postgres_start(server->arena, options.data, &server->pg, &err)) {
        return die(server->arena, &err);
    }
    bool ok = read_types(server, &err) && names_reload(server, server->arena, &err);
    if (!ok) {
        die(server->arena, &err);
    }
    ok = ok && seed_first(server, &options, listener, signals, port);
    if (ok) {
        printf("standin: a stand-in for Materialize, for tests only, never for production\n"
               "standin: ready on 127.0.0.1:%d\n",
               port);
        fflush(stdout);
        ok = loop(server, listener, signals, -1);
    }
    postgres_stop(&server->pg);
    fflush(NULL);
    _exit(ok ? 0 : 1); /* the clients' threads end with us */
}
