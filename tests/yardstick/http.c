/* http PORT: a server that sends one small page for every end of a request's head.
 *
 * It does next to nothing for a request, so that of two load clients the quicker
 * one is seen: in front of a server with work to do, both wait for it alike.
 * It is no HTTP server for anything else: it looks for the empty line only. */
#define _GNU_SOURCE
#include "listen.h"
#include <sys/epoll.h>

enum { EVENTS = 512, READ = 16 * 1024 };

static const char reply[] =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Length: 52\r\n"
    "\r\n"
    "<!DOCTYPE html><title>Yardstick</title><p>Measured.\n";

static char buf[READ];
static unsigned char seen[1 << 20]; /* by descriptor: bytes of "\r\n\r\n" that the last read ended with */

/* Sends a reply for each head that ends in the n bytes; 0: the connection is to be closed. */
static int answer(int fd, ssize_t n) {
    static const char end[] = "\r\n\r\n";
    unsigned char at = seen[fd];
    for (ssize_t i = 0; i < n; i++) {
        at = buf[i] == end[at] ? at + 1 : buf[i] == '\r';
        if (at == 4) {
            at = 0;
            if (send(fd, reply, sizeof reply - 1, MSG_NOSIGNAL) != (ssize_t)sizeof reply - 1) return 0;
        }
    }
    seen[fd] = at;
    return 1;
}

int main(int argc, char **argv) {
    int listener = listen_at(argc, argv, "http", "page", SOCK_NONBLOCK);
    int epfd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[EVENTS], ev = {.events = EPOLLIN, .data.fd = listener};
    if (epfd < 0 || epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &ev) < 0) die("epoll");
    for (;;) {
        int n = epoll_wait(epfd, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                    no_delay(fd);
                    ev.data.fd = fd;
                    if (fd >= (int)sizeof seen || epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) < 0) close(fd);
                    else seen[fd] = 0;
                }
                continue;
            }
            ssize_t got = recv(fd, buf, sizeof buf, 0);
            if (got < 0 && errno == EAGAIN) continue;
            if (got <= 0 || !answer(fd, got)) close(fd);
        }
    }
}
