// Package switches measures what it costs to stop one strand of a program and go on with another: by a
// function call, a generator, a greenlet, a goroutine, a thread and a process.
//
// A switch leads from one party to the other; there and back are two. Both parties are on
// one CPU, and one of them always runs: no switch waits for a CPU to wake up, and each
// is one that really takes place. Nothing travels but the turn.
package switches

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Kind is one way to switch.
type Kind struct {
	Name  string
	About string // who the two parties are, and what hands over the turn
}

// Cost is what a switch of one kind takes.
type Cost struct {
	NS       float64 `json:"ns"`       // a switch, one way, by the clock on the wall
	CPU      float64 `json:"cpu_ns"`   // the same by both parties' CPU time: less disturbed by others on that CPU
	Switches uint64  `json:"switches"` // that were measured
	// Kernel is how often the kernel switched in the measuring process meanwhile. It is one
	// for each switch between threads, one for two between processes (the other
	// half is the other's), and next to none where the kernel has no part in it.
	Kernel uint64 `json:"kernel_switches"`
}

// PerSecond is how many switches there are in a second.
func (c Cost) PerSecond() float64 { return 1e9 / c.NS }

// Kinds returns all the kinds, the cheapest first as one expects them.
func Kinds() []Kind {
	var list []Kind
	for _, k := range kinds {
		list = append(list, k.Kind)
	}
	return list
}

// Measure lets two parties switch for about d, and half as long before to warm up, on one CPU in
// processes of their own, which have ended when it returns. They are this program, executed
// again: its main must call ChildMain first.
func Measure(ctx context.Context, name string, cpu int, d time.Duration) (Cost, error) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.Name == name })
	switch {
	case i < 0:
		return Cost{}, fmt.Errorf("measuring a switch by %q: there is no such kind; Kinds lists those there are", name)
	case cpu < 0:
		return Cost{}, fmt.Errorf("measuring a switch by %s on CPU %d: name a CPU that there is, from 0", name, cpu)
	case d <= 0:
		return Cost{}, fmt.Errorf("measuring a switch by %s for %v: give it some time, such as 100ms", name, d)
	}
	c, err := kinds[i].inChildren(ctx, cpu, d)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if err != nil {
		return Cost{}, fmt.Errorf("measuring a switch by %s on CPU %d: %w", name, cpu, err)
	}
	return c, nil
}

// kind is how a kind is measured.
type kind struct {
	Kind
	procs   int  // GOMAXPROCS of its processes
	partner bool // the other party is a process of its own
	measure func(m meter) (Cost, error)
}

// A thread that blocks without telling the runtime keeps a processor of its: two do, and some are to spare.
const forThreads = 4

var kinds = []kind{
	{Kind{"function", "a call that is not inlined, and its return"}, 1, false, function},
	{Kind{"generator", "iter.Pull: resumed, and yields from its own loop"}, 1, false, generator},
	{Kind{"greenlet", "two coroutines of iter.Pull that switch to each other by name, each some calls deep"}, 1, false, greenlets},
	{Kind{"goroutine", "two goroutines of one thread, the turn by unbuffered channels"}, 1, false, goroutines},
	{Kind{"thread", "two threads, the turn by futex(2): the least that the kernel can do"}, forThreads, false, threads},
	{Kind{"threadpipe", "two threads, the turn by a byte through a pipe: what of a process's cost is the pipe's"}, forThreads, false, threadsByPipe},
	{Kind{"process", "two processes, the turn by a byte through a pipe"}, forThreads, true, processes},
}
