package exercise

import (
	"cmp"
	"maps"
	"slices"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/models"
	"c10klab/services/protocol"
)

// calls are the names that sheets use, where the kernel has several for one.
var calls = map[string]string{
	"accept4": "accept", "recvfrom": "read", "epoll_pwait": "epoll_wait", "epoll_pwait2": "epoll_wait",
	"ppoll": "poll", "pselect6": "select", "futex_wait": "futex", "running": "nothing",
}

// WaitsIn is the call that most of a model's serving threads sit in while that cell's clients are connected and idle, by its
// plain name: select for pselect6, nothing for a thread that runs.
func (r Run) WaitsIn(model string, at claims.At) Truth {
	list, missing := r.Cells(model, at)
	t := Truth{Undecided: cmp.Or(missing.Unsupported, missing.Missing)}
	for _, rec := range list {
		if rec.Contender.Waits == nil {
			continue
		}
		call := most(*rec.Contender.Waits)
		if t.Choice != "" && t.Choice != call {
			return Undecided("its threads waited in %s in one round and in %s in another", t.Choice, call)
		}
		t = Truth{Choice: call, Measured: models.Found(*rec.Contender.Waits)}
	}
	return t
}

// most is the call that most of them sit in, by its plain name; of equals the first by name.
func most(w protocol.Waits) string {
	n := map[string]int{}
	for call, threads := range w.Serving {
		n[cmp.Or(calls[call], call)] += threads
	}
	names := slices.Sorted(maps.Keys(n))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(n[b], n[a]) })
	if len(names) == 0 {
		return ""
	}
	return names[0]
}
