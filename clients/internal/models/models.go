// Package models says what the lab expects of each model: which system call its
// threads sit in while idle clients are connected, how many clients it serves
// at a time by its nature, and which sizes decide what it can do. A model that
// is not listed here is measured all the same; what it waits in is then
// recorded and not judged.
package models

import (
	"fmt"

	"c10klab/services/protocol"
)

// Model is what one model should show.
type Model struct {
	Name     string
	Seats    []Seat   // while clients are connected and idle; none: not judged
	Pooled   bool     // it serves as many clients at a time as its pool has threads or processes
	Single   bool     // it serves one client at a time
	Starts   bool     // it starts a process for each client
	Restless bool     // it runs unasked while clients are connected: it would take the other side's time
	Turns    int      // by how much longer many clients must be served until each had its turns; 0: no longer
	Sizes    []string // its own flags that decide what it can do, such as "pool"
	pool     int
}

// Seat is a group of serving threads that sit in the same call.
type Seat struct {
	Calls []string // any of these system calls; the first is the one that is told
	Each  int      // so many threads for each client that is served
	Fixed int      // so many however many clients there are
	Pool  bool     // as many as the pool has
	Free  bool     // as many as the pool has and that serve nobody now
	More  bool     // there may be more of them: one for each CPU
	Spare bool     // there may be none: a thread that the meter may take for an idle one
}

var (
	accept  = []string{"accept", "accept4"}
	read    = []string{"read", "recvfrom"}
	epoll   = []string{"epoll_pwait", "epoll_wait", "epoll_pwait2"}
	poll    = []string{"poll", "ppoll"}
	selects = []string{"select", "pselect6"}
	futex   = []string{"futex", "futex_wait"}
	ring    = []string{"io_uring_enter"}
	running = []string{"running"} // on a CPU, or ready to be: it waits in nothing
)

// Groups of threads that several models have.
var (
	acceptor   = Seat{Calls: accept, Fixed: 1, Spare: true}
	pollServer = Seat{Calls: poll, Fixed: 1, Spare: true}
	perClient  = Seat{Calls: read, Each: 1}
	oneLoop    = []Seat{{Calls: epoll, Fixed: 1}}
)

// table holds the models in the order in which they are told.
var table = []Model{
	{Name: "iterative", Seats: []Seat{perClient, acceptor}, Single: true},
	{Name: "process", Seats: []Seat{perClient, acceptor, pollServer}, Starts: true},
	{Name: "prefork", Seats: []Seat{perClient, {Calls: accept, Free: true}}, Pooled: true, Sizes: []string{"pool"}},
	{Name: "thread", Seats: []Seat{perClient, acceptor}},
	// Of its three threads a client the scheduler lets some wait for tens of milliseconds: in a short window its clients look unfairly served.
	{Name: "crew", Seats: []Seat{perClient, {Calls: futex, Each: 2}, acceptor}, Turns: 3},
	{Name: "threadpool", Seats: []Seat{perClient, {Calls: futex, Free: true}, acceptor}, Pooled: true, Sizes: []string{"pool", "queue", "admit"}},
	{Name: "threadingserver", Seats: []Seat{perClient, pollServer}, Sizes: []string{"poll"}},
	{Name: "forkingserver", Seats: []Seat{perClient, pollServer}, Starts: true, Sizes: []string{"poll"}},
	{Name: "polling", Seats: []Seat{{Calls: running, Fixed: 1}}, Restless: true},
	{Name: "events", Seats: []Seat{{Calls: poll, Fixed: 1}}, Restless: true, Sizes: []string{"poll"}},
	{Name: "select", Seats: []Seat{{Calls: selects, Fixed: 1}}},
	{Name: "poll", Seats: []Seat{{Calls: poll, Fixed: 1}}},
	{Name: "epoll", Seats: oneLoop},
	{Name: "epolledge", Seats: oneLoop},
	{Name: "selectors", Seats: oneLoop},
	{Name: "reactor", Seats: oneLoop},
	{Name: "multireactor", Seats: []Seat{{Calls: epoll, Fixed: 1, More: true}}, Sizes: []string{"workers"}},
	{Name: "hybrid", Seats: []Seat{{Calls: epoll, Fixed: 1}, {Calls: futex, Pool: true}}, Sizes: []string{"pool", "queue", "admit"}},
	{Name: "generator", Seats: oneLoop},
	{Name: "greenlet", Seats: oneLoop},
	{Name: "goroutine", Seats: oneLoop, Sizes: []string{"procs"}},
	{Name: "proactor", Seats: []Seat{{Calls: ring, Fixed: 1}}},
}

// Find returns what is expected of a model that was started with these
// arguments, which may set the size of its pool, or choose its selector; ok is
// false if nothing is.
func Find(name string, args ...string) (m Model, ok bool) {
	for _, m := range table {
		if m.Name == name {
			m.pool = poolSize(args)
			if choice, given := argument(args, "selector"); given {
				m.Seats = []Seat{{Calls: selector(choice), Fixed: 1}}
			}
			return m, true
		}
	}
	return Model{Name: name}, false
}

// selector returns the calls of what -selector chooses.
func selector(choice string) []string {
	switch choice {
	case "select":
		return selects
	case "poll":
		return poll
	}
	return epoll
}

// Names returns the models that are listed, in their order.
func Names() []string {
	names := make([]string, len(table))
	for i, m := range table {
		names[i] = m.Name
	}
	return names
}

// Order is the model's place in the order of telling; models that are not listed come last.
func Order(name string) int {
	for i, m := range table {
		if m.Name == name {
			return i
		}
	}
	return len(table)
}

// Serves returns how many clients the model serves at a time by its nature; 0: all.
func (m Model) Serves() int {
	switch {
	case m.Single:
		return 1
	case m.Pooled:
		return m.pool
	}
	return 0
}

// Served returns how many of n clients the model answers at a time.
func (m Model) Served(n int) int {
	if k := m.Serves(); k > 0 && n > k {
		return k
	}
	return n
}

// Declared says "1 of 64" for a model that serves K of N by nature, and "" for others.
func (m Model) Declared(n int) string {
	if k := m.Served(n); k < n {
		return fmt.Sprintf("%d of %d", k, n)
	}
	return ""
}

// Judge compares what was found while n idle clients were connected with what
// is expected; the error says both.
func (m Model) Judge(found protocol.Waits, n int) error {
	if len(m.Seats) == 0 {
		return nil
	}
	left := map[string]int{}
	for call, k := range found.Serving {
		left[call] += k
	}
	right := true
	for _, s := range m.Seats {
		have := 0
		for _, call := range s.Calls {
			have += left[call]
			delete(left, call)
		}
		right = right && s.holds(have, s.want(m, n))
	}
	if right && len(left) == 0 {
		return nil
	}
	return fmt.Errorf("it should wait in %s and waits in %s", m.Expected(n), Found(found))
}

func (s Seat) holds(have, want int) bool {
	return have == want || s.Spare && have == 0 || s.More && have > want
}

// want is how many threads should sit here while n clients are connected.
func (s Seat) want(m Model, n int) int {
	served := m.Served(n)
	switch {
	case s.Pool:
		return m.pool
	case s.Free:
		return m.pool - served
	}
	return s.Fixed + s.Each*served
}
