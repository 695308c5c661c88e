# What a newcomer types. Each target is a script in .ci/, which says what it does as it goes.

.DEFAULT_GOAL := help
.PHONY: help up lab play try images bundle test check test-all bench clean

help:
	@echo 'C10K Lab: every classic way to serve many clients at once, measured side by side.'
	@echo
	@echo '  make up                 build, start, verify, measure, compare, with Docker (docker compose up, and what it lacks)'
	@echo '                          HOP=1 before it: epoll on other ways, too: a published port, the host'"'"'s network, loopback'
	@echo '  make lab                the same comparison without Docker  [ARGS="-experiments herd"]'
	@echo '                          YARDSTICK=1 before either: programs in C beside the services, so that verdicts are not of Go alone'
	@echo '  make play MODEL=epoll   one model alone on 127.0.0.1, to touch  [FLAGS=-print] [DOCKER=no]'
	@echo '  make try MODEL=epoll    your edit of it beside the committed one, in half a minute  [FLAGS="-backlog 5"] [REV=...] [DOCKER=no]'
	@echo
	@echo '  make check              after an edit: build, vet, format, staticcheck, quick tests'
	@echo '  make test               unit tests with the race detector, vet, staticcheck, format, integration tests'
	@echo '  make test-all           make test with 20,000 clients instead of 2,000, fuzzing, a round of make lab'
	@echo '  make bench              every figure with a bar, against programs in C and plain Go  [ARGS=...]'
	@echo '  make images             build the images alone'
	@echo '  make bundle             all images in one file, for a room without network  [FILE=...] [YARDSTICK=1]'
	@echo '  make clean              take away containers, networks, images, caches (results stay)'
	@echo
	@echo 'With the stack up: docker compose run --rm chat epoll menu'
	@echo '                   docker compose run --rm swarm -n 1000 epoll'
	@echo 'Where make up had to build the compose plugin: .ci/with-docker docker compose ...'
	@echo 'YES=1 agrees to what would be asked (nothing is installed unasked).'

up:
	@YARDSTICK='$(YARDSTICK)' HOP='$(HOP)' LAB_ARGS='$(ARGS)' .ci/up

lab:
	@YARDSTICK='$(YARDSTICK)' .ci/lab $(ARGS)

play:
	@DOCKER='$(DOCKER)' .ci/play '$(MODEL)' $(FLAGS)

try:
	@DOCKER='$(DOCKER)' REV='$(REV)' ARGS='$(ARGS)' .ci/try '$(MODEL)' $(FLAGS)

images:
	@.ci/images

bundle:
	@YARDSTICK='$(YARDSTICK)' .ci/bundle '$(FILE)'

test:
	@.ci/test main

check:
	@.ci/test quick

test-all:
	@.ci/test all

bench:
	@.ci/bench $(ARGS)

clean:
	@.ci/clean
