package trace

import (
	"cmp"
	"slices"
	"strings"
)

// lane is what is told together: a thread that serves, a child process, or those threads
// of the first process that have no name of their own.
type lane struct {
	key     laneKey
	noted   []noted // of this step
	first   int     // the number of its first call for a client; math.MaxInt before that
	began   int     // when its first call returned that is told, likewise
	clients []string
	loops   bool // it waits for several at a time
	named   bool // its thread has the name of one that serves
	poller  bool // it is the Go runtime, which polls when it likes
	last    *thread
}

type laneKey struct{ pid, tid int } // tid 0: a whole process, or the threads without names

type noted struct {
	Call
	at int
}

// add notes a call that is told: its own number, and how many had begun when it returned.
func (l *lane) add(th *thread, c Call, at, now int) {
	l.noted, l.last = append(l.noted, noted{c, at}), th
	l.began = min(l.began, now)
	l.serve(c, at)
}

// serve notes whom a lane serves: the clients that it reads from or writes to, and those that a
// named thread accepts, which keeps them. Other threads accept for others.
func (l *lane) serve(c Call, at int) {
	if kinds[c.Name] != talks || c.Name == "close" {
		return
	}
	whom := c.On
	if strings.HasPrefix(c.Name, "accept") && l.named {
		whom = strings.Fields(c.Result)[:min(1, len(c.Result))]
	}
	for _, who := range whom {
		if strings.HasPrefix(who, "c") {
			l.first = min(l.first, at)
		}
		if strings.HasPrefix(who, "c") && !slices.Contains(l.clients, who) {
			l.clients = append(l.clients, who)
			slices.Sort(l.clients)
		}
	}
}

// round returns the calls that the lane makes again and again, finding nothing: the
// last two rounds were alike, and begun after that call. nil if it makes none.
func (l *lane) round(since int) []Call {
	n := len(l.noted)
	for k := 1; 2*k <= n && l.noted[n-2*k].at > since; k++ {
		a, b := l.noted[n-2*k:n-k], l.noted[n-k:]
		if slices.EqualFunc(a, b, func(x, y noted) bool { return x.same(y.Call) && idle(x.Call) }) {
			return turned(b)
		}
	}
	return nil
}

// turned lets a round begin with its wait, or with the listener.
func turned(round []noted) (out []Call) {
	begin := slices.IndexFunc(round, func(c noted) bool { return kinds[c.Name] == waits })
	if begin < 0 {
		begin = max(0, slices.IndexFunc(round, func(c noted) bool { return slices.Contains(c.On, Listener) }))
	}
	for i := range round {
		out = append(out, round[(begin+i)%len(round)].Call)
	}
	return out
}

// calls are those of the step that are shown. A wait that found nothing is asked again, and is not
// told; of a model that always asks everybody, neither are its waits nor who had nothing: whether
// the client was there a moment before the wait or after it is chance. Of the Go runtime's poller the
// first is told: others say that a new socket can be written to, at a moment that the runtime chooses.
func (l *lane) calls(restless bool) (out []Call) {
	polled := false
	for _, c := range l.noted {
		wait := kinds[c.Name] == waits
		if idle(c.Call) && (restless || wait) || restless && wait {
			continue
		}
		if wait && l.poller {
			if polled {
				continue
			}
			polled = true
		}
		out = append(out, c.Call)
	}
	return out
}

// order puts those that accept first, then loops, then the others by the client that they
// served first. Which of several equal threads served is the kernel's choice; so their numbers are not told.
func order(a, b *lane) int {
	rank := func(l *lane) int {
		switch {
		case l.key.tid == 0 && len(l.clients) == 0:
			return 0
		case l.loops:
			return 1
		case len(l.clients) > 0:
			return 2
		}
		return 3
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), slices.Compare(a.clients, b.clients), cmp.Compare(a.first, b.first), cmp.Compare(a.began, b.began), cmp.Compare(a.key.tid, b.key.tid))
}
