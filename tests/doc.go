// Package tests holds the lab from outside: it starts the images and the
// binaries as users do, talks to them over sockets, and knows nothing of their
// insides but the contract, services/protocol.
//
// Every test of a service runs over all services of compose.yaml, so a new model
// is covered by being listed. Images are built beforehand (make images); what
// testcontainers has to be told about a machine is found out by
//
//	.ci/with-docker go test ./...     (in this folder: ../.ci/with-docker)
//
// C10KLAB_NO_DOCKER=1 leaves out the tests that need a Docker engine.
package tests
