/* client [-cpu N] [-bytes N] [-timeout MS]: the yardstick of what one core asks for.
 *
 * A closed loop on epoll over many connections, one request outstanding on each,
 * every reply compared byte for byte. It obeys the lines of the lab's worker
 * protocol on standard input (clients/internal/engine/wire.go lists them), so
 * that it can be paired, slice by slice, with the lab's own engine. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 512, BLOCK = 64 * 1024, IN_FLIGHT = 64, MAX_BYTES = 64 * 1024 };

struct conn {
    int fd;
    uint32_t pos; /* in the random block: where the outstanding request begins */
    uint32_t got; /* bytes of its reply */
    bool out;
    uint32_t slice; /* the last slice with a reply */
};

static int bytes = 64, timeout_ms = 5000;
static char block[BLOCK + MAX_BYTES], buf[MAX_BYTES];
static struct conn *conns;
static int count, open_conns, outstanding, epfd = -1;
static bool sending;
static uint32_t slice;
static uint64_t replies, answering, mismatches, closed, resets, others;
static char first[128];

static int64_t clock_ns(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(struct conn *c, uint64_t *kind, const char *what) {
    ++*kind;
    if (!first[0]) snprintf(first, sizeof first, "connection %d: %s", (int)(c - conns), what);
    close(c->fd);
    c->fd = -1;
    outstanding -= c->out;
    c->out = false;
    open_conns--;
}

static void ask(struct conn *c) {
    c->pos = (c->pos + (uint32_t)bytes * 7 + 1) % BLOCK;
    c->got = 0;
    ssize_t n = send(c->fd, block + c->pos, (size_t)bytes, MSG_NOSIGNAL);
    if (n < 0) {
        fail(c, errno == EPIPE || errno == ECONNRESET ? &resets : &others, strerror(errno));
    } else if (n < bytes) {
        fail(c, &others, "a short write"); /* requests are far smaller than a socket's buffer */
    } else {
        c->out = true;
        outstanding++;
    }
}

static void receive(struct conn *c) {
    ssize_t n = recv(c->fd, buf, sizeof buf, 0);
    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR) fail(c, errno == ECONNRESET ? &resets : &others, strerror(errno));
        return;
    }
    if (n == 0) {
        fail(c, &closed, "closed by the server");
        return;
    }
    if (!c->out || c->got + (size_t)n > (size_t)bytes || memcmp(buf, block + c->pos + c->got, (size_t)n)) {
        fail(c, &mismatches, "not the bytes that were sent");
        return;
    }
    c->got += (uint32_t)n;
    if (c->got < (uint32_t)bytes) return;
    c->out = false;
    outstanding--;
    replies++;
    if (c->slice != slice) {
        c->slice = slice;
        answering++;
    }
    if (sending) ask(c);
}

static int once(int64_t block_ns) {
    static struct epoll_event events[EVENTS];
    int n = epoll_wait(epfd, events, EVENTS, (int)((block_ns + 999999) / 1000000));
    for (int i = 0; i < n; i++) {
        struct conn *c = events[i].data.ptr;
        if (c->fd >= 0) receive(c);
    }
    return n;
}

static void until(int64_t edge) {
    int64_t now;
    while (open_conns > 0 && (now = clock_ns(CLOCK_MONOTONIC)) < edge) once(edge - now);
}

/* Waits for what is outstanding, at most until then. */
static void drain(int64_t edge) {
    int64_t now;
    while (outstanding > 0 && (now = clock_ns(CLOCK_MONOTONIC)) < edge) once(edge - now);
}

static void begin(void) {
    slice++;
    replies = answering = mismatches = closed = resets = others = 0;
    first[0] = 0;
}

static void load(int64_t discard, int64_t measure) {
    int64_t cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID), from, to;
    uint64_t before, after;
    begin();
    sending = true;
    for (int i = 0; i < count; i++)
        if (conns[i].fd >= 0 && !conns[i].out) ask(&conns[i]);
    until(clock_ns(CLOCK_MONOTONIC) + discard);
    before = replies;
    from = clock_ns(CLOCK_MONOTONIC);
    until(from + measure);
    after = replies;
    to = clock_ns(CLOCK_MONOTONIC);
    sending = false;
    drain(to + timeout_ms * 1000000LL);
    if (open_conns == 0) {
        printf("error no connection is left: %s\n", first);
        return;
    }
    printf("ok requests=%llu total=%llu ns=%lld cpu=%lld answering=%llu", (unsigned long long)(after - before),
           (unsigned long long)replies, (long long)(to - from), (long long)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu),
           (unsigned long long)answering);
    printf(" mismatch=%llu closed=%llu reset=%llu other=%llu timeout=%d", (unsigned long long)mismatches,
           (unsigned long long)closed, (unsigned long long)resets, (unsigned long long)others, outstanding);
    if (first[0]) printf(" first=\"%s\"", first);
    printf("\n");
}

static void check(int ms) {
    begin();
    for (int i = 0; i < count; i++)
        if (conns[i].fd >= 0 && !conns[i].out) ask(&conns[i]);
    drain(clock_ns(CLOCK_MONOTONIC) + ms * 1000000LL);
    if (first[0])
        printf("error roll call: %s\n", first);
    else
        printf("ok %llu\n", (unsigned long long)answering);
}

static void close_all(void) {
    for (int i = 0; i < count; i++)
        if (conns[i].fd >= 0) close(conns[i].fd);
    if (epfd >= 0) close(epfd);
    free(conns);
    conns = NULL;
    epfd = -1;
    count = open_conns = outstanding = 0;
}

static const char *connect_one(struct conn *c, const struct sockaddr_in *to, int i) {
    int on = 1;
    struct linger reset = {.l_onoff = 1};
    *c = (struct conn){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (c->fd < 0) return "socket";
    c->pos = (uint32_t)i * 24007u % BLOCK;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (connect(c->fd, (const struct sockaddr *)to, sizeof *to) < 0 && errno != EINPROGRESS) return "connect";
    struct epoll_event ev = {.events = EPOLLOUT, .data.ptr = c};
    return epoll_ctl(epfd, EPOLL_CTL_ADD, c->fd, &ev) < 0 ? "epoll_ctl" : NULL;
}

static const char *dial(const struct sockaddr_in *to, int n) {
    if (!(conns = calloc((size_t)n, sizeof *conns))) return "calloc";
    if ((epfd = epoll_create1(EPOLL_CLOEXEC)) < 0) return "epoll_create1";
    for (int flying = 0; count < n || flying > 0;) {
        for (; count < n && flying < IN_FLIGHT; flying++) {
            const char *failed = connect_one(&conns[count], to, count);
            count++; /* close_all may close it */
            if (failed) return failed;
        }
        struct epoll_event events[IN_FLIGHT];
        int m = epoll_wait(epfd, events, IN_FLIGHT, timeout_ms);
        if (m == 0) errno = ETIMEDOUT;
        if (m <= 0) return "connect";
        for (int i = 0; i < m; i++, flying--, open_conns++) {
            struct conn *c = events[i].data.ptr;
            socklen_t len = sizeof errno;
            getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &errno, &len);
            if (errno) return "connect";
            struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
            if (epoll_ctl(epfd, EPOLL_CTL_MOD, c->fd, &ev) < 0) return "epoll_ctl";
        }
    }
    return NULL;
}

static void dial_line(const char *host, int port, int n) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (count > 0 || n < 1 || inet_pton(AF_INET, host, &to.sin_addr) != 1) {
        printf("error dial: close first, give at least 1 connection, an IPv4 address and a port\n");
        return;
    }
    const char *failed = dial(&to, n);
    if (failed) {
        printf("error dial %s:%d: %s after %d connections: %s\n", host, port, failed, open_conns, strerror(errno));
        close_all();
    } else {
        printf("ok\n");
    }
}

static bool options(int argc, char **argv) {
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc) return false;
        int value = atoi(argv[i + 1]);
        if (!strcmp(argv[i], "-cpu")) {
            cpu_set_t set;
            CPU_ZERO(&set);
            CPU_SET(value, &set);
            if (sched_setaffinity(0, sizeof set, &set) < 0) {
                perror("client: -cpu");
                return false;
            }
        } else if (!strcmp(argv[i], "-bytes") && value >= 1 && value <= MAX_BYTES) {
            bytes = value;
        } else if (!strcmp(argv[i], "-timeout") && value >= 1) {
            timeout_ms = value;
        } else {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv) {
    char line[256], host[64];
    int a, b;
    if (!options(argc, argv)) {
        fprintf(stderr, "usage: client [-cpu N] [-bytes 1..%d] [-timeout MS]\n", MAX_BYTES);
        return 2;
    }
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    uint64_t x = 88172645463325252ull; /* xorshift */
    for (int i = 0; i < BLOCK; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        block[i] = (char)x;
    }
    memcpy(block + BLOCK, block, MAX_BYTES);
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin)) {
        if (!strcmp(line, "hello\n")) {
            printf("ok\n");
        } else if (!strcmp(line, "close\n")) {
            close_all();
            printf("ok\n");
        } else if (sscanf(line, "dial %63[0-9.]:%d %d", host, &a, &b) == 3) {
            dial_line(host, a, b);
        } else if (sscanf(line, "check %d", &a) == 1) {
            check(a);
        } else if (sscanf(line, "slice %d %d", &a, &b) == 2) {
            load(a * 1000LL, b * 1000LL);
        } else {
            printf("error no such request: %.*s\n", (int)strcspn(line, "\n"), line);
        }
    }
    return 0;
}
