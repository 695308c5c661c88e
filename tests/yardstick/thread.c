/* thread PORT: an echo server with a thread for each connection.
 *
 * The yardstick of what one core does with this mechanism: blocking recv and
 * send, the buffer on the thread's own stack, nothing allocated. A thread
 * belongs to its client and ends with it. */
#define _GNU_SOURCE
#include "blocking.h"
#include "listen.h"
#include <pthread.h>
#include <stdint.h>

/* 64 KiB of stack, as servers with thousands of threads set it. The usual 8 MiB
 * are address space only, but thousands of them meet RLIMIT_AS and strict
 * overcommit, and where huge pages are always on, the first touch of such a stack
 * may take 2 MiB. The pages that a thread touches are the same few either way. */
enum { STACK = 64 * 1024 };
_Static_assert(STACK >= 4 * READ, "the buffer leaves room for the calls");

static void *talk(void *arg) {
    int fd = (int)(intptr_t)arg;
    converse(fd);
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
