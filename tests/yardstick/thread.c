/* thread PORT: an echo server with a thread for each connection.
 *
 * The yardstick of what one core does with this mechanism: blocking recv and
 * send, the buffer on the thread's own stack, nothing allocated. A thread
 * belongs to its client and ends with it. */
#define _GNU_SOURCE
#include "listen.h"
#include <pthread.h>
#include <stdint.h>

/* 64 KiB of stack, as servers with thousands of threads set it. The usual 8 MiB
 * are address space only, but thousands of them meet RLIMIT_AS and strict
 * overcommit, and where huge pages are always on, the first touch of such a stack
 * may take 2 MiB. The pages that a thread touches are the same few either way. */
enum { STACK = 64 * 1024, READ = 4 * 1024 };
_Static_assert(STACK >= 4 * READ, "the buffer leaves room for the calls");

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

static void *talk(void *arg) {
    int fd = (int)(intptr_t)arg;
    char buf[READ];
    for (;;) {
        ssize_t n = recv(fd, buf, sizeof buf, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0 || !send_all(fd, buf, (size_t)n)) break;
    }
    close(fd);
    return NULL;
}

int main(int argc, char **argv) {
    pthread_attr_t small;
    if ((errno = pthread_attr_init(&small)) || (errno = pthread_attr_setstacksize(&small, STACK)) ||
        (errno = pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED)))
        die("pthread_attr");
    int listener = listen_at(argc, argv, "thread", "echo", 0);
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            die("accept"); /* out of descriptors: it is given as many as its measurement needs */
        }
        no_delay(fd);
        pthread_t thread;
        if ((errno = pthread_create(&thread, &small, talk, (void *)(intptr_t)fd))) {
            fprintf(stderr, "thread: pthread_create: %s\n", strerror(errno));
            close(fd);
        }
    }
}
