#include "cutover/stop.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A process has one end, so this is one of the few globals. Both are safe in a signal handler. */
static atomic_bool stopping;
static atomic_int wake_fd = -1;

void stop_request(void)
{
    uint64_t one = 1;
    atomic_store(&stopping, true);
    int fd = atomic_load(&wake_fd);
    if (fd >= 0 && write(fd, &one, sizeof one) < 0) {
        return; /* the counter is full, so it is readable already */
    }
}

bool stop_requested(void)
{
    return atomic_load(&stopping);
}

int stop_fd(void)
{
    return atomic_load(&wake_fd);
}

/* A person who asks twice does not want to wait for the statement: a crash at any instant is safe. */
static void on_signal(int number)
{
    (void)number;
    if (stop_requested()) {
        _exit(1);
    }
    stop_request();
}

void stop_install(void)
{
    atomic_store(&wake_fd, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

bool stop_sleep(int64_t milliseconds)
{
    struct pollfd wait = {.fd = stop_fd(), .events = POLLIN};
    if (!stop_requested() && milliseconds > 0) {
        (void)poll(&wait, wait.fd >= 0 ? 1 : 0,
                   (int)(milliseconds > 3600000 ? 3600000 : milliseconds));
    }
    return !stop_requested();
}
