/* One conversation with blocking calls: what iterative, fork and thread have in common. */
#ifndef BLOCKING_H
#define BLOCKING_H

#include <errno.h>
#include <sys/socket.h>

enum { READ = 4 * 1024 };

static int send_all(int fd, const char *p, size_t n) {
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return 0;
        p += sent;
        n -= (size_t)sent;
    }
    return 1;
}

/* Sends back what comes until the client ends or is gone. The buffer is on the caller's stack. */
static void converse(int fd) {
    char buf[READ];
    for (;;) {
        ssize_t n = recv(fd, buf, sizeof buf, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0 || !send_all(fd, buf, (size_t)n)) return;
    }
}

#endif
