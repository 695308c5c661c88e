package models

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"c10klab/services/protocol"
)

// spins is how a thread is told that waits in nothing.
const spins = "nothing: it spins"

// Expected says in words what the model's threads should wait in with n idle clients connected.
func (m Model) Expected(n int) string {
	var parts []string
	for _, s := range m.Seats {
		want := s.want(m, n)
		switch {
		case s.Spare || want == 0:
		case s.spinning():
			parts = append(parts, spins)
		case s.More:
			parts = append(parts, s.Calls[0]+" x1 or more")
		default:
			parts = append(parts, count(s.Calls[0], want))
		}
	}
	return strings.Join(parts, ", ")
}

// Describe says in words what the model's threads wait in, for any number of clients.
func (m Model) Describe() string {
	var parts []string
	for _, s := range m.Seats {
		switch call := s.Calls[0]; {
		case s.Spare:
		case s.spinning():
			parts = append(parts, spins)
		case m.Single:
			parts = append(parts, call)
		case s.Each == 1:
			parts = append(parts, call+" per client")
		case s.Each > 1:
			parts = append(parts, fmt.Sprintf("%d %s per client", s.Each, call))
		case s.Pool:
			parts = append(parts, count(call, m.pool))
		case s.Free:
			parts = append(parts, fmt.Sprintf("else %s (%d)", call, m.pool))
		case s.More:
			parts = append(parts, call+" per CPU")
		default:
			parts = append(parts, call)
		}
	}
	return strings.Join(parts, ", ")
}

func (s Seat) spinning() bool { return slices.Equal(s.Calls, running) }

// Found says in words what the serving threads wait in, the largest group first.
func Found(w protocol.Waits) string {
	calls := bySize(w)
	for i, call := range calls {
		calls[i] = count(call, w.Serving[call])
	}
	if len(calls) == 0 {
		return "nothing"
	}
	return strings.Join(calls, ", ")
}

// Short says the same in at most some twenty characters: who only accepts is
// left out, and how many there are is said only if all others sit in the same call.
func (m Model) Short(w protocol.Waits) string {
	var calls []string
	for _, call := range bySize(w) {
		if !m.spare(call) || len(w.Serving) == 1 {
			calls = append(calls, call)
		}
	}
	switch {
	case len(calls) == 0:
		return Found(w)
	case len(calls) == 1 && calls[0] == running[0]:
		return "nothing (spins)"
	case len(calls) == 1:
		return count(calls[0], w.Serving[calls[0]])
	}
	return strings.Join(calls[:2], "+")
}

// spare says whether a call is that of threads alone that may not be there.
func (m Model) spare(call string) bool {
	spare := false
	for _, s := range m.Seats {
		if slices.Contains(s.Calls, call) {
			if !s.Spare {
				return false
			}
			spare = true
		}
	}
	return spare
}

// bySize lists the calls, the one with most threads first.
func bySize(w protocol.Waits) []string {
	calls := make([]string, 0, len(w.Serving))
	for call := range w.Serving {
		calls = append(calls, call)
	}
	slices.Sort(calls)
	sort.SliceStable(calls, func(i, j int) bool { return w.Serving[calls[i]] > w.Serving[calls[j]] })
	return calls
}

func count(call string, n int) string {
	if n == 1 {
		return call
	}
	return fmt.Sprintf("%s x%d", call, n)
}
