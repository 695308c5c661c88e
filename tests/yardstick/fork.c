/* fork PORT: an echo server with a process for each connection.
 *
 * The yardstick of what one core does with this mechanism: a plain fork(2), whose
 * child shares the parent's pages until it writes to them, and executes nothing.
 * The parent waits for each child that ends, so that its CPU time is counted as
 * this program's wherever it is read. */
#define _GNU_SOURCE
#include "blocking.h"
#include "listen.h"
#include <sys/prctl.h>
#include <sys/wait.h>

static void reap(int signal) {
    int saved = errno;
    (void)signal;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    errno = saved;
}

static void serve(int listener, int fd, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* no child outlives the server */
    if (getppid() != parent) _exit(1);
    close(listener);
    no_delay(fd);
    converse(fd);
    _exit(0);
}

int main(int argc, char **argv) {
    int listener = listen_at(argc, argv, "fork", "echo", 0);
    struct sigaction on_end = {.sa_handler = reap, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    if (sigaction(SIGCHLD, &on_end, NULL) < 0) die("sigaction");
    pid_t self = getpid();
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            die("accept");
        }
        pid_t child = fork();
        if (child == 0) serve(listener, fd, self);
        if (child < 0) fprintf(stderr, "fork: fork: %s\n", strerror(errno));
        close(fd); /* the child's copy is the one that lives: else the client would see no end */
    }
}
