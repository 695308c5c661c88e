package tests

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// nature is what the model of a service promises: who serves, and in which
// system call they wait. What the meter sees in the running process must agree.
type nature struct {
	serves    int   // clients at a time; 0: all of them
	processes int   // that the service consists of, with no client
	nobody    calls // what its thread waits in with no client, serving echo alone
	clients   calls // what those that serve wait in with silent clients
	each      bool  // so many threads wait so: one for each client; else one
}

// calls are system calls that do the same.
type calls []string

var (
	accepting = calls{"accept", "accept4"}
	reading   = calls{"read", "recvfrom"}
	polling   = calls{"epoll_wait", "epoll_pwait", "epoll_pwait2"}
)

// natures says what the models' table in the documentation says, in terms that can be checked.
var natures = map[string]nature{
	"iterative": {serves: 1, processes: 1, nobody: accepting, clients: reading},
	"thread":    {processes: 1, nobody: accepting, clients: reading, each: true},
	"epoll":     {processes: 1, nobody: polling, clients: polling},
	"goroutine": {processes: 1, nobody: polling, clients: polling},
}

func natureOf(t *testing.T, s types.ServiceConfig) nature {
	t.Helper()
	n, known := natures[s.Labels[labelModel]]
	require.True(t, known, "compose.yaml lists the model %s, and tests/nature_test.go doesn't know it yet: "+
		"say in the table natures how many clients it serves at a time, and which system calls its threads wait in", s.Labels[labelModel])
	return n
}

// served returns how many of n clients are served at the same time.
func (n nature) served(clients int) int {
	if n.serves > 0 {
		return min(n.serves, clients)
	}
	return clients
}

// agreesWithNobody compares waits with no client. Who accepts need not be a
// thread that serves, so all threads are looked at.
func (n nature) agreesWithNobody(w protocol.Waits) string {
	if found := n.nobody.in(w.Serving) + n.nobody.in(w.Idle); found < 1 {
		return fmt.Sprintf("with no client a thread should wait in one of %v, and none does: %+v", n.nobody, w)
	}
	return n.agreesOnProcesses(w)
}

// agreesWith compares waits while so many silent clients are connected.
func (n nature) agreesWith(w protocol.Waits, clients int) string {
	threads, few := 1, true
	if n.each {
		threads, few = n.served(clients), false
	}
	others := maps.Clone(w.Serving)
	for _, call := range slices.Concat(n.clients, accepting) { // who accepts may serve as well
		delete(others, call)
	}
	switch found := n.clients.in(w.Serving); {
	case found != threads || len(others) > 0:
		return fmt.Sprintf("with %d silent clients %d should wait in one of %v: %+v", clients, threads, n.clients, w)
	case few && w.Threads >= clients:
		return fmt.Sprintf("%d threads for %d clients, where one serves them: %+v", w.Threads, clients, w)
	}
	return n.agreesOnProcesses(w)
}

func (n nature) agreesOnProcesses(w protocol.Waits) string {
	if w.Processes != n.processes {
		return fmt.Sprintf("%d processes instead of %d: %+v", w.Processes, n.processes, w)
	}
	return ""
}

// in counts the threads that wait in one of the calls.
func (c calls) in(found map[string]int) (threads int) {
	for _, call := range c {
		threads += found[call]
	}
	return threads
}
