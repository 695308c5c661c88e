/* iterative PORT: an echo server that serves one client to its end, then the next.
 *
 * The yardstick of what a connection costs when nothing is made for it: no
 * thread, no process, no table. */
#define _GNU_SOURCE
#include "blocking.h"
#include "listen.h"

int main(int argc, char **argv) {
    int listener = listen_at(argc, argv, "iterative", "echo", 0);
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            die("accept");
        }
        no_delay(fd);
        converse(fd);
        close(fd);
    }
}
