/* uring PORT: a single-threaded echo server on io_uring.
 *
 * The yardstick of what one core does with this mechanism: multishot accept and
 * receive, a ring of provided buffers, one io_uring_enter for a batch that
 * submits and waits. What arrives is sent from the buffer that it arrived in:
 * nothing is allocated or copied. A client that never reads keeps its buffers,
 * and with them, in the end, everybody's: a server for strangers must not. */
#define _GNU_SOURCE
#include "listen.h"

#if defined WITHOUT_LIBURING
/* A program all the same, so that whoever starts all yardsticks hears why this one is missing. */
enum { UNSUPPORTED = 69 }; /* EX_UNAVAILABLE: the machine refuses what the server is made of */

int main(int argc, char **argv) {
    read_place(argc, argv, "uring", "echo");
    fprintf(stderr, "uring: built without liburing, which was not there\n");
    return UNSUPPORTED;
}
#else
#include <liburing.h>

/* Few and small buffers stay in the CPU's cache: with 4,096 of 4 KiB the same server is at 0.78 of this. */
enum { ENTRIES = 4096, BUFFERS = 256, SIZE = 2048, NONE = -1 };
enum { ACCEPT, RECEIVE, SEND }; /* in the low bits of user_data */

struct conn {
    int fd;
    int first, last; /* the buffers that are owed, oldest first; NONE: nothing is */
    unsigned receiving, sending;
    enum { OPEN, HALF, GONE } state; /* HALF: its end of file has come, and what is owed is still sent */
};

static struct io_uring ring;
static struct io_uring_buf_ring *provided;
static char *memory;
static struct { /* by buffer: what is owed of it, and the next in its connection's queue */
    int from, to, next;
} owed[BUFFERS];
static struct conn *starved[1 << 16]; /* those whose receive found no buffer */
static unsigned hungry;

static struct io_uring_sqe *entry(void) {
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    if (!sqe) {
        io_uring_submit(&ring); /* the queue is full */
        sqe = io_uring_get_sqe(&ring);
    }
    if (!sqe) die("io_uring_submit");
    return sqe;
}

/* Says what is told back with the completion: liburing's prep functions may clear it, so it comes after them. */
static void mark(struct io_uring_sqe *sqe, int op, struct conn *c) {
    sqe->user_data = (uintptr_t)c | (unsigned)op;
}

static void take_all(int listener) {
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
    mark(sqe, ACCEPT, NULL);
}

static void receive(struct conn *c) {
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_recv_multishot(sqe, c->fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = 0;
    mark(sqe, RECEIVE, c);
    c->receiving = 1;
}

static void send_first(struct conn *c) {
    struct io_uring_sqe *sqe = entry();
    int b = c->first;
    io_uring_prep_send(sqe, c->fd, memory + (size_t)b * SIZE + owed[b].from, (size_t)(owed[b].to - owed[b].from), MSG_NOSIGNAL);
    mark(sqe, SEND, c);
    c->sending = 1;
}

static void give_back(int b) {
    io_uring_buf_ring_add(provided, memory + (size_t)b * SIZE, SIZE, (unsigned short)b, BUFFERS - 1, 0);
    io_uring_buf_ring_advance(provided, 1);
    if (hungry) receive(starved[--hungry]);
}

/* A connection is forgotten when the kernel has nothing of it any more. */
static void end(struct conn *c) {
    c->state = GONE;
    if (c->sending) return; /* the rest of its queue goes when that is complete */
    while (c->first != NONE) {
        int b = c->first;
        c->first = owed[b].next;
        give_back(b);
    }
    if (c->receiving) {
        shutdown(c->fd, SHUT_RDWR); /* which completes the receive */
        return;
    }
    close(c->fd);
    free(c);
}

static void accepted(int fd) {
    no_delay(fd);
    struct conn *c = calloc(1, sizeof *c);
    if (!c) die("calloc");
    c->fd = fd;
    c->first = c->last = NONE;
    receive(c);
}

static void received(struct conn *c, struct io_uring_cqe *cqe) {
    if (!(cqe->flags & IORING_CQE_F_MORE)) c->receiving = 0;
    if (cqe->flags & IORING_CQE_F_BUFFER) {
        int b = (int)(cqe->flags >> IORING_CQE_BUFFER_SHIFT);
        if (cqe->res <= 0 || c->state == GONE) {
            give_back(b);
        } else {
            owed[b].from = 0;
            owed[b].to = cqe->res;
            owed[b].next = NONE;
            if (c->first == NONE)
                c->first = b;
            else
                owed[c->last].next = b;
            c->last = b;
            if (!c->sending) send_first(c);
        }
    }
    if (c->receiving) return;
    if (cqe->res == -ENOBUFS && c->state != GONE) {
        starved[hungry++] = c;
        c->receiving = 1;
    } else if (cqe->res > 0 && c->state != GONE) {
        receive(c);
    } else if (c->first == NONE || cqe->res < 0 || c->state == GONE) {
        end(c);
    } else {
        c->state = HALF;
    }
}

static void sent(struct conn *c, int res) {
    int b = c->first;
    c->sending = 0;
    if (res <= 0 || c->state == GONE) {
        end(c);
        return;
    }
    owed[b].from += res;
    if (owed[b].from == owed[b].to) {
        c->first = owed[b].next;
        give_back(b);
    }
    if (c->first != NONE)
        send_first(c);
    else if (c->state == HALF)
        end(c);
}

/* The kernel or its keeper may refuse io_uring: that is no failure of this server's. */
static void refused(int err) {
    fprintf(stderr, "uring: io_uring_setup: %s\n", strerror(err));
    exit(69); /* EX_UNAVAILABLE */
}

static void set_up(void) {
    struct io_uring_params p = {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
                                .cq_entries = 4 * ENTRIES};
    int err = io_uring_queue_init_params(ENTRIES, &ring, &p);
    if (err == -ENOSYS || err == -EPERM || err == -EACCES || err == -EINVAL) refused(-err);
    if (err < 0) {
        errno = -err;
        die("io_uring_setup");
    }
    io_uring_register_ring_fd(&ring);
    struct io_uring_buf_reg reg = {.ring_entries = BUFFERS};
    if (posix_memalign((void **)&provided, 4096, BUFFERS * sizeof(struct io_uring_buf)) ||
        posix_memalign((void **)&memory, 4096, (size_t)BUFFERS * SIZE))
        die("posix_memalign");
    reg.ring_addr = (uintptr_t)provided;
    io_uring_buf_ring_init(provided);
    if ((err = io_uring_register_buf_ring(&ring, &reg, 0)) < 0) {
        errno = -err;
        die("io_uring: register the buffers");
    }
    for (int b = 0; b < BUFFERS; b++) give_back(b);
}

static int listener;

/* The kernel lets go of a ring's sockets some time after its process has ended: until then the port would be taken. */
static void leave(int signal) {
    (void)signal;
    shutdown(listener, SHUT_RDWR);
    _exit(0);
}

int main(int argc, char **argv) {
    set_up(); /* first: who can't have a ring doesn't listen */
    listener = listen_at(argc, argv, "uring", "echo", 0);
    signal(SIGTERM, leave);
    take_all(listener);
    for (;;) {
        int err = io_uring_submit_and_wait(&ring, 1);
        if (err < 0 && err != -EINTR && err != -EAGAIN && err != -EBUSY) {
            errno = -err;
            die("io_uring_enter");
        }
        struct io_uring_cqe *cqe;
        unsigned head, n = 0;
        io_uring_for_each_cqe(&ring, head, cqe) {
            struct conn *c = (struct conn *)(uintptr_t)(cqe->user_data & ~(uint64_t)3);
            n++;
            switch (cqe->user_data & 3) {
            case ACCEPT:
                if (cqe->res >= 0)
                    accepted(cqe->res);
                else
                    fprintf(stderr, "uring: accept: %s\n", strerror(-cqe->res));
                if (!(cqe->flags & IORING_CQE_F_MORE)) take_all(listener);
                break;
            case RECEIVE: received(c, cqe); break;
            case SEND: sent(c, cqe->res); break;
            }
        }
        io_uring_cq_advance(&ring, n);
    }
}
#endif
