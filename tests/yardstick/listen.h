/* What every yardstick server begins with. */
#ifndef LISTEN_H
#define LISTEN_H

#include <arpa/inet.h>
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

/* Where the command line says to listen. */
struct place {
    char host[INET_ADDRSTRLEN];
    int port;
};

static void usage(const char *name, const char *app) {
    fprintf(stderr, "usage: %s PORT, or %s [-host ADDRESS] [-ports %s=PORT,...] [-apps %s]\n", name, name, app, app);
    exit(2);
}

static int number(const char *text, const char *name, const char *app) {
    char *end;
    long port = strtol(text, &end, 10);
    if (end == text || (*end && *end != ',') || port < 0 || port > 65535) usage(name, app);
    return (int)port;
}

/* Sets what one flag of the services' says; other applications' ports are nothing to this server. */
static void set_flag(struct place *p, const char *flag, const char *value, const char *name, const char *app) {
    size_t n = strlen(app);
    if (!strcmp(flag, "host") && strlen(value) < sizeof p->host) {
        strcpy(p->host, value);
    } else if (!strcmp(flag, "ports")) {
        for (const char *at = value; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
            if (!strncmp(at, app, n) && at[n] == '=') p->port = number(at + n + 1, name, app);
    } else if (strcmp(flag, "apps") || strcmp(value, app)) { /* it serves this one alone */
        usage(name, app);
    }
}

/* Reads PORT alone, as `make bench` starts a server, or the services' flags, as the meter does: -flag value or -flag=value. */
static struct place read_place(int argc, char **argv, const char *name, const char *app) {
    struct place p = {"0.0.0.0", 7007};
    if (argc == 2 && argv[1][0] != '-') {
        strcpy(p.host, "127.0.0.1");
        p.port = number(argv[1], name, app);
        return p;
    }
    for (int i = 1; i < argc; i++) {
        char flag[16];
        const char *from = argv[i] + strspn(argv[i], "-"), *value = strchr(from, '=');
        size_t n = value ? (size_t)(value++ - from) : strlen(from);
        if (argv[i][0] != '-' || n >= sizeof flag || (!value && ++i == argc)) usage(name, app);
        memcpy(flag, from, n);
        flag[n] = 0;
        set_flag(&p, flag, value ? value : argv[i], name, app);
    }
    return p;
}

/* Listens where the command line says (port 0: a free one), and says so on
 * standard error in the form that the services use. */
static int listen_at(int argc, char **argv, const char *name, const char *app, int flags) {
    struct place p = read_place(argc, argv, name, app);
    signal(SIGPIPE, SIG_IGN);
    all_descriptors();
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), on = 1;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)p.port)};
    socklen_t len = sizeof a;
    if (inet_pton(AF_INET, p.host, &a.sin_addr) != 1) usage(name, app);
    if (fd < 0) die("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0) die("bind");
    if (listen(fd, 4096) < 0) die("listen");
    getsockname(fd, (struct sockaddr *)&a, &len);
    fprintf(stderr, "%s: listening on %s: %s %d\n", name, p.host, app, ntohs(a.sin_port));
    return fd;
}

static void no_delay(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

#endif
