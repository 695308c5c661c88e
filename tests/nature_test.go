package tests

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// nature is what the model of a service promises: who serves, and in which
// system call they wait. What the meter sees in the running process must agree.
type nature struct {
	serves    int                           // clients at a time by its nature; 0: as many as the limits leave room for
	room      func(types.ServiceConfig) int // the fewest that the limits must leave room for; nil: one a descriptor
	processes count                         // that the service consists of
	nobody    waiting                       // what waits for the first client, serving echo alone
	clients   []waiting                     // what those that serve wait in with silent clients, all of them
}

// waiting is a number of threads that wait in one of these calls.
type waiting struct {
	calls
	count
	loops bool // so many for each CPU
}

// count is a number that may depend on that of the clients that are served.
type count struct{ fixed, each int }

func (c count) of(clients int) int { return c.fixed + c.each*clients }

// calls are system calls that do the same; none stands for any, and for no call at all.
type calls []string

var (
	accepting  = calls{"accept", "accept4"}
	reading    = calls{"read", "recvfrom"}
	locking    = calls{"futex", "futex_wait", "futex_waitv"}
	selecting  = calls{"select", "pselect6"}
	polling    = calls{"poll", "ppoll"}
	epolling   = calls{"epoll_wait", "epoll_pwait", "epoll_pwait2"}
	completing = calls{"io_uring_enter"}
	spinning   = calls{}
)

// one is a model of one process in which one thread waits so, always.
func one(in calls) nature {
	return nature{processes: count{fixed: 1}, nobody: waiting{calls: in, count: count{fixed: 1}}, clients: []waiting{{calls: in, count: count{fixed: 1}}}}
}

var (
	aProcess   = count{fixed: 1}
	aThread    = count{fixed: 1}
	eachClient = count{each: 1}
	pool       = count{fixed: protocol.Pool}
	poolRest   = count{fixed: protocol.Pool, each: -1}
	acceptor   = waiting{calls: accepting, count: aThread}
)

// natures says what the models' table in the documentation says, in terms that can be checked.
var natures = map[string]nature{
	"iterative": {serves: 1, processes: aProcess, nobody: acceptor, clients: []waiting{{calls: reading, count: aThread}}},
	"process": {
		room: processes, processes: count{1, 1}, nobody: acceptor,
		clients: []waiting{{calls: reading, count: eachClient}},
	},
	"prefork": {
		serves: protocol.Pool, processes: count{fixed: 1 + protocol.Pool}, nobody: waiting{calls: accepting, count: pool},
		clients: []waiting{{calls: reading, count: eachClient}, {calls: accepting, count: poolRest}},
	},
	"thread": {room: threads(1), processes: aProcess, nobody: acceptor, clients: []waiting{{calls: reading, count: eachClient}}},
	"crew": {
		room: threads(3), processes: aProcess, nobody: acceptor,
		clients: []waiting{{calls: reading, count: eachClient}, {calls: locking, count: count{each: 2}}},
	},
	"threadpool": {
		serves: protocol.Pool, processes: aProcess, nobody: acceptor,
		clients: []waiting{{calls: reading, count: eachClient}, {calls: locking, count: poolRest}},
	},
	"threadingserver": {
		room: threads(1), processes: aProcess, nobody: waiting{calls: polling, count: aThread},
		clients: []waiting{{calls: reading, count: eachClient}},
	},
	"forkingserver": {
		room: processes, processes: count{1, 1}, nobody: waiting{calls: polling, count: aThread},
		clients: []waiting{{calls: reading, count: eachClient}},
	},
	"polling":   {processes: aProcess, nobody: acceptor, clients: []waiting{{calls: spinning, count: aThread}}},
	"events":    one(polling),
	"select":    {room: fdSet, processes: aProcess, nobody: waiting{calls: selecting, count: aThread}, clients: one(selecting).clients},
	"poll":      one(polling),
	"epoll":     one(epolling),
	"epolledge": one(epolling),
	"selectors": one(epolling),
	"reactor":   one(epolling),
	"multireactor": {
		processes: aProcess, nobody: waiting{calls: epolling, count: aThread, loops: true},
		clients: []waiting{{calls: epolling, count: aThread, loops: true}},
	},
	"hybrid": {
		processes: aProcess, nobody: waiting{calls: epolling, count: aThread},
		clients: []waiting{{calls: epolling, count: aThread}, {calls: locking, count: pool}},
	},
	"generator": one(epolling),
	"greenlet":  one(epolling),
	"goroutine": one(epolling),
	"proactor":  one(completing),
}

// What the limits of compose.yaml must leave room for; the rest is the runtime's, and the meter's.

func descriptors(s types.ServiceConfig) int { return nofile(s) - 100 }

// fdSet is FD_SETSIZE, which select(2) can't go beyond.
func fdSet(types.ServiceConfig) int { return 1024 - 24 }

// threads is the room for clients that take n threads each.
func threads(n int) func(types.ServiceConfig) int {
	return func(s types.ServiceConfig) int {
		return min(descriptors(s), int(s.PidsLimit)-200, int(s.MemLimit/(64<<10))) / n
	}
}

// processes is the room for clients that take a process each.
func processes(s types.ServiceConfig) int { return min(int(s.PidsLimit)/10, int(s.MemLimit/(2<<20))) }

func natureOf(t *testing.T, s types.ServiceConfig) nature {
	t.Helper()
	n, known := natures[s.Labels[labelModel]]
	require.True(t, known, "compose.yaml lists the model %s, and tests/nature_test.go doesn't know it yet: "+
		"say in the table natures how many clients it serves at a time, and which system calls its threads wait in", s.Labels[labelModel])
	if n.room == nil {
		n.room = descriptors
	}
	for i := range n.clients {
		n.clients[i] = n.clients[i].on(t, s)
	}
	n.nobody = n.nobody.on(t, s)
	return n
}

// on counts the loops on the CPUs that the service has.
func (w waiting) on(t *testing.T, s types.ServiceConfig) waiting {
	t.Helper()
	if w.loops {
		w.fixed, w.loops = len(cpus(t, s.CPUSet)), false
	}
	return w
}

// cpus reads a list such as 0-2,5.
func cpus(t *testing.T, set string) (list []int) {
	t.Helper()
	for part := range strings.SplitSeq(set, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, err := strconv.Atoi(first)
		require.NoError(t, err, set)
		to := from
		if isRange {
			to, err = strconv.Atoi(last)
			require.NoError(t, err, set)
		}
		for ; from <= to; from++ {
			list = append(list, from)
		}
	}
	return list
}

// growsWithClients says whether each client that is served has a thread, or several, of its own.
func (n nature) growsWithClients() bool { return n.serves == 0 && n.clients[0].each > 0 }

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
	if found := n.nobody.in(w.Serving) + n.nobody.in(w.Idle); found < n.nobody.fixed {
		return fmt.Sprintf("with no client %d should wait in one of %v: %+v", n.nobody.fixed, n.nobody.calls, w)
	}
	return n.agreesOnProcesses(w, 0)
}

// agreesWith compares waits while so many silent clients are connected.
func (n nature) agreesWith(w protocol.Waits, clients int) string {
	served := n.served(clients)
	others, expected := 0, 0
	for call, found := range w.Serving {
		if !n.nobody.has(call) && !accepting.has(call) { // who accepts may be named as those that serve
			others += found
		}
	}
	for _, part := range n.clients {
		want := part.of(served)
		if found := part.in(w.Serving); found != want {
			return fmt.Sprintf("with %d silent clients %d should wait in one of %v: %+v", clients, want, part.calls, w)
		}
		if !n.nobody.same(part.calls) && !accepting.same(part.calls) {
			others -= want
		}
		expected += want
	}
	switch {
	case others > 0:
		return fmt.Sprintf("with %d silent clients %d threads more wait somewhere else: %+v", clients, others, w)
	case n.processes == aProcess && w.Threads-expected >= clients:
		return fmt.Sprintf("%d threads for %d clients, where %d serve them: %+v", w.Threads, clients, expected, w)
	}
	return n.agreesOnProcesses(w, served)
}

func (n nature) agreesOnProcesses(w protocol.Waits, served int) string {
	if want := n.processes.of(served); w.Processes != want {
		return fmt.Sprintf("%d processes instead of %d: %+v", w.Processes, want, w)
	}
	return ""
}

// in counts the threads that wait in one of the calls.
func (c calls) in(found map[string]int) (threads int) {
	for call, n := range found {
		if c.has(call) {
			threads += n
		}
	}
	return threads
}

func (c calls) has(call string) bool {
	for _, one := range c {
		if one == call {
			return true
		}
	}
	return len(c) == 0
}

func (c calls) same(other calls) bool { return len(c) > 0 && len(other) > 0 && c[0] == other[0] }
