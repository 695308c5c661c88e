/* epoll PORT: a single-threaded echo server on level-triggered epoll.
 *
 * The yardstick of what one core does with this mechanism: one recv and one
 * send per round trip, nothing allocated, nothing copied twice. What the socket
 * does not take at once waits in the connection's buffer, and as long as it
 * waits nothing more is read. */
#define _GNU_SOURCE
#include "listen.h"
#include <sys/epoll.h>

enum { EVENTS = 512, READ = 64 * 1024 };

struct conn {
    int fd;
    char *owed; /* allocated only while something is owed */
    size_t from, to;
};

static int epfd;
static char buf[READ];

static void forget(struct conn *c) {
    close(c->fd);
    free(c->owed);
    free(c);
}

static void want(struct conn *c, uint32_t events) {
    struct epoll_event ev = {.events = events, .data.ptr = c};
    if (epoll_ctl(epfd, EPOLL_CTL_MOD, c->fd, &ev) < 0) die("epoll_ctl");
}

static void take_all(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno != EAGAIN) fprintf(stderr, "epoll: accept: %s\n", strerror(errno));
            return;
        }
        no_delay(fd);
        struct conn *c = calloc(1, sizeof *c);
        if (!c) die("calloc");
        c->fd = fd;
        struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
        if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) < 0) die("epoll_ctl");
    }
}

/* Sends p as far as the socket takes it; -1: the connection is gone. */
static ssize_t push(struct conn *c, const char *p, size_t n) {
    ssize_t sent = send(c->fd, p, n, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
    return sent;
}

static void readable(struct conn *c) {
    ssize_t n = recv(c->fd, buf, sizeof buf, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        forget(c);
        return;
    }
    ssize_t sent = push(c, buf, (size_t)n);
    if (sent < 0) {
        forget(c);
    } else if (sent < n) {
        c->from = 0;
        c->to = (size_t)(n - sent);
        c->owed = malloc(c->to);
        if (!c->owed) die("malloc");
        memcpy(c->owed, buf + sent, c->to);
        want(c, EPOLLOUT);
    }
}

static void writable(struct conn *c) {
    ssize_t sent = push(c, c->owed + c->from, c->to - c->from);
    if (sent < 0) {
        forget(c);
        return;
    }
    c->from += (size_t)sent;
    if (c->from == c->to) {
        free(c->owed);
        c->owed = NULL;
        want(c, EPOLLIN);
    }
}

int main(int argc, char **argv) {
    int listener = listen_at(argc, argv, "epoll", "echo", SOCK_NONBLOCK);
    if ((epfd = epoll_create1(EPOLL_CLOEXEC)) < 0) die("epoll_create1");
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL}; /* NULL: the listener */
    if (epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &ev) < 0) die("epoll_ctl");

    struct epoll_event events[EVENTS];
    for (;;) {
        int n = epoll_wait(epfd, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct conn *c = events[i].data.ptr;
            if (!c)
                take_all(listener);
            else if (events[i].events & EPOLLOUT)
                writable(c);
            else
                readable(c);
        }
    }
}
