package conformance

import (
	"slices"

	"c10klab/services/protocol"
)

// declaration says why models can't pass a case by their nature, and what must
// hold in its place.
type declaration struct {
	name    string
	models  []string
	reason  string
	instead func(*script)
}

const (
	toItsEnd   = "serves one client to its end: "
	fixedPool  = "serves as many clients at a time as its pool has members, 64: "
	oneForAll  = "one thread serves all and sleeps in the handler: "
	alwaysAsks = "asks every client all the time, busy or not: "
)

// sleepers are the models whose one loop runs the handler, and waits in it.
var sleepers = []string{"select", "poll", "epoll", "epolledge", "selectors", "events", "polling"}

// declarations is the whole list: what is not in it is not excused.
func declarations() []declaration {
	return slices.Concat(oneAtATime(), []declaration{
		{
			"echo/slow-clients",
			[]string{"prefork", "threadpool"},
			fixedPool + "the quick one waited until so many slow ones had left that it was among 64, and no longer",
			besideSlowClientsOf(protocol.Pool),
		},
		{
			"page/memory-given-back",
			[]string{"prefork"},
			"each of its 64 processes has a heap of its own to fill first: with 4 of them it was",
			memoryGivenBackBy("-pool=4"),
		},
		{
			"wait/others-served", sleepers,
			oneForAll + "the others were answered after the wait",
			othersWait,
		},
		{
			"echo/idle-cpu",
			[]string{"polling"},
			alwaysAsks + "it used no CPU when none was left",
			func(s *script) { idleCPU(s, false) },
		},
	})
}

// oneAtATime are the declarations of iterative: whatever needs two conversations.
func oneAtATime() []declaration {
	var list []declaration
	for _, d := range []struct {
		name, reason string
		instead      func(*script)
	}{
		{"echo/two-clients", "the second waits in the backlog, and was served when the first had left", secondAfterFirst},
		{"echo/never-reads", "while one does not read, the others wait; it stopped reading, and the next was served when it had left", func(s *script) { neverReads(s, false) }},
		{"echo/slow-clients", "the quick one waited until all slow ones had left", besideSlowClientsOf(1)},
		{"echo/six-applications", "each was served when those before it had left", sixInTurn},
		{"echo/memory-bounded", "the one that it served cost a bounded memory", func(s *script) { memoryBounded(s, 1) }},
		{"echo/idle", "one that speaks was not closed, and the next, which was silent, was", idleInTurn},
		{"echo/print", "the log named the one that was served, while another waited", func(s *script) { loggedName(s, false) }},
		{"echo/sigterm-load", "only that one was in mid-stream, and it got what it must", func(s *script) { stopUnderLoad(s, 1) }},
		{"wait/others-served", "another was answered when the one that waited had left", waitInTurn},
		{"wait/sigterm-owed", "only that one can be owed anything, and it was given it", func(s *script) { owedAtStop(s, 1) }},
	} {
		list = append(list, declaration{d.name, []string{"iterative"}, toItsEnd + d.reason, d.instead})
	}
	return list
}

// declaredFor finds the declaration of a case for a model.
func declaredFor(model, name string) (declaration, bool) {
	for _, d := range declarations() {
		if d.name == name && slices.Contains(d.models, model) {
			return d, true
		}
	}
	return declaration{}, false
}
