#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "given.h"

/* BEGIN YOUR LOOP */

struct client {
	int fd, ended;
	unsigned asked;
	struct talk talk;
	struct bytes out;
};

static struct client *clients[65536];
static int set, full;

static void control(int op, int fd, unsigned events) {
	struct epoll_event e = {.events = events, .data.fd = fd};
	if (epoll_ctl(set, op, fd, &e) < 0) {
		perror("epoll_ctl");
		exit(1);
	}
}

static void accept_all(int listener) {
	int fd;
	while ((fd = accept_client(listener)) >= 0) {
		clients[fd] = calloc(1, sizeof(struct client));
		clients[fd]->fd = fd;
		clients[fd]->asked = EPOLLIN;
		control(EPOLL_CTL_ADD, fd, EPOLLIN);
	}
	if (fd == FULL) {
		full = 1;
		control(EPOLL_CTL_DEL, listener, 0);
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
	if (move(c) < 0 || (c->ended && c->out.len == 0)) {
		close(c->fd);
		clients[c->fd] = NULL;
		bytes_free(&c->out);
		free(c);
		if (full) {
			full = 0;
			control(EPOLL_CTL_ADD, listener, EPOLLIN);
		}
		return;
	}
	unsigned want = 0;
	if (!c->ended && c->out.len < OWE_AT_MOST) want |= EPOLLIN;
	if (c->out.len > 0) want |= EPOLLOUT;
	if (want != c->asked) {
		c->asked = want;
		control(EPOLL_CTL_MOD, c->fd, want);
	}
}

int serve(int listener, int stop) {
	struct epoll_event events[128];
	set = epoll_create1(EPOLL_CLOEXEC);
	control(EPOLL_CTL_ADD, listener, EPOLLIN);
	control(EPOLL_CTL_ADD, stop, EPOLLIN);
	for (;;) {
		int n = epoll_wait(set, events, 128, -1);
		if (n < 0 && errno != EINTR) {
			perror("epoll_wait");
			return 1;
		}
		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;
			if (fd == stop) return 0;
			if (fd == listener)
				accept_all(listener);
			else
				advance(clients[fd], listener);
		}
	}
}

/* END YOUR LOOP */
