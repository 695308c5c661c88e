// Package models says what the lab expects of each model: which system call its
// threads sit in while idle clients are connected, and how many clients it
// serves at a time by its nature. A model that is not listed here is measured
// all the same; what it waits in is then recorded and not judged.
package models

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"c10klab/services/protocol"
)

// Seat is a group of serving threads that sit in the same call.
type Seat struct {
	Calls     []string // any of these system calls
	PerClient bool     // one such thread for each client; otherwise One
	Spare     bool     // there may be none: a thread in accept that the meter takes for an idle one
}

// Model is what one model should show.
type Model struct {
	Name   string
	Seats  []Seat // while clients are connected and idle
	Serves int    // clients that it serves at a time by nature; 0: all
}

var (
	accept = []string{"accept4", "accept"}
	read   = []string{"read", "recvfrom"}
	epoll  = []string{"epoll_pwait", "epoll_wait", "epoll_pwait2"}
)

// table holds the models in the order in which they are told.
var table = []Model{
	{Name: "iterative", Seats: []Seat{{Calls: read}}, Serves: 1},
	{Name: "thread", Seats: []Seat{{Calls: read, PerClient: true}, {Calls: accept, Spare: true}}},
	{Name: "epoll", Seats: []Seat{{Calls: epoll}}},
	{Name: "goroutine", Seats: []Seat{{Calls: epoll}}},
}

// Find returns what is expected of a model; ok is false if nothing is.
func Find(name string) (m Model, ok bool) {
	for _, m := range table {
		if m.Name == name {
			return m, true
		}
	}
	return Model{}, false
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

// Served returns how many of n clients the model answers at a time.
func (m Model) Served(n int) int {
	if m.Serves > 0 && n > m.Serves {
		return m.Serves
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

// Expected says in words what the model's threads should wait in with n idle clients connected.
func (m Model) Expected(n int) string {
	var parts []string
	for _, s := range m.Seats {
		if s.Spare {
			continue
		}
		parts = append(parts, count(s.Calls[0], s.want(m.Served(n))))
	}
	return strings.Join(parts, ", ")
}

// Describe says in words what the model's threads wait in, for any number of clients.
func (m Model) Describe() string {
	var parts []string
	for _, s := range m.Seats {
		switch {
		case s.Spare:
		case s.PerClient:
			parts = append(parts, s.Calls[0]+", one per client")
		default:
			parts = append(parts, s.Calls[0])
		}
	}
	return strings.Join(parts, "; ")
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
		right = right && (have == s.want(m.Served(n)) || s.Spare && have == 0)
	}
	if right && len(left) == 0 {
		return nil
	}
	return fmt.Errorf("it should wait in %s and waits in %s", m.Expected(n), Found(found))
}

func (s Seat) want(clients int) int {
	if s.PerClient {
		return clients
	}
	return 1
}

// Found says in words what the serving threads wait in, the largest group first.
func Found(w protocol.Waits) string {
	calls := make([]string, 0, len(w.Serving))
	for call := range w.Serving {
		calls = append(calls, call)
	}
	slices.Sort(calls)
	sort.SliceStable(calls, func(i, j int) bool { return w.Serving[calls[i]] > w.Serving[calls[j]] })
	for i, call := range calls {
		calls[i] = count(call, w.Serving[call])
	}
	if len(calls) == 0 {
		return "nothing"
	}
	return strings.Join(calls, ", ")
}

func count(call string, n int) string {
	if n == 1 {
		return call
	}
	return fmt.Sprintf("%s x%d", call, n)
}
