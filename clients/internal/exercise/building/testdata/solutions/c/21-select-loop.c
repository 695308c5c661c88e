#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

#include "given.h"

/* BEGIN YOUR LOOP */

struct client {
	int fd, ended;
	struct talk talk;
	struct bytes out;
};

static struct client *clients[FD_SETSIZE];
static fd_set reading, writing;
static int highest;

static void accept_all(int listener) {
	for (;;) {
		int next = lowest_free(listener);
		int fd = next == FULL || next >= FD_SETSIZE ? FULL : accept_client(listener);
		if (fd == FULL) FD_CLR(listener, &reading);
		if (fd < 0) return;
		clients[fd] = calloc(1, sizeof(struct client));
		clients[fd]->fd = fd;
		FD_SET(fd, &reading);
		if (fd > highest) highest = fd;
	}
}

static int flush(struct client *c) {
	while (c->out.len > 0) {
		ssize_t n = send_some(c->fd, c->out.at, c->out.len);
		if (n == AGAIN) return 0;
		if (n < 0) return -1;
		bytes_drop(&c->out, n);
	}
	return 0;
}

static int move(struct client *c) {
	static char buf[4096];
	if (flush(c) < 0) return -1;
	if (c->ended || c->out.len >= OWE_AT_MOST) return 0;
	ssize_t n = receive(c->fd, buf, sizeof buf);
	if (n == AGAIN) return 0;
	if (n < 0) return -1;
	c->ended = n == 0 || talk_hear(&c->talk, buf, n, &c->out);
	return flush(c);
}

static void advance(struct client *c, int listener) {
	int fd = c->fd;
	FD_CLR(fd, &reading);
	FD_CLR(fd, &writing);
	if (move(c) < 0 || (c->ended && c->out.len == 0)) {
		close(fd);
		clients[fd] = NULL;
		bytes_free(&c->out);
		free(c);
		FD_SET(listener, &reading);
		return;
	}
	if (!c->ended && c->out.len < OWE_AT_MOST) FD_SET(fd, &reading);
	if (c->out.len > 0) FD_SET(fd, &writing);
}

int serve(int listener, int stop) {
	FD_SET(listener, &reading);
	FD_SET(stop, &reading);
	highest = listener > stop ? listener : stop;
	for (;;) {
		fd_set r = reading, w = writing;
		int n = select(highest + 1, &r, &w, NULL, NULL);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) {
			perror("select");
			return 1;
		}
		if (FD_ISSET(stop, &r)) return 0;
		for (int fd = 0; fd <= highest; fd++)
			if (clients[fd] && (FD_ISSET(fd, &r) || FD_ISSET(fd, &w))) advance(clients[fd], listener);
		if (FD_ISSET(listener, &r)) accept_all(listener);
	}
}

/* END YOUR LOOP */
