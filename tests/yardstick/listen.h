/* What every yardstick server begins with. */
#ifndef LISTEN_H
#define LISTEN_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *doing) {
    fprintf(stderr, "%s: %s\n", doing, strerror(errno));
    exit(1);
}

/* As many descriptors as this process may have: a Go program's runtime does so unasked. */
static void all_descriptors(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0) return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

/* Listens on 127.0.0.1 at the port that the command line names (0: a free one)
 * and says so on standard error in the form that the services use. */
static int listen_at(int argc, char **argv, const char *name, const char *app, int flags) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s PORT\n", name);
        exit(2);
    }
    signal(SIGPIPE, SIG_IGN);
    all_descriptors();
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), on = 1;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
    socklen_t len = sizeof a;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0) die("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0) die("bind");
    if (listen(fd, 4096) < 0) die("listen");
    getsockname(fd, (struct sockaddr *)&a, &len);
    fprintf(stderr, "%s: listening on 127.0.0.1: %s %d\n", name, app, ntohs(a.sin_port));
    return fd;
}

static void no_delay(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

#endif
