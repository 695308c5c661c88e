package trace

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"c10klab/clients/internal/models"
)

// Config says what is traced.
type Config struct {
	Model    string
	Program  string   // its path
	Args     []string // of its command line, before those that Run gives it
	Schedule []Action
}

// Trace is what was found.
type Trace struct {
	Args  []string `json:"args"`  // what the service was started with, so that it is small and one thing at a time
	Start []Lane   `json:"start"` // what its threads wait in before anybody comes
	Steps []Step   `json:"steps"`
}

// Step is one action and what the service did until it came to rest.
type Step struct {
	Action
	Lanes   []Lane   `json:"threads"`
	Waiting []string `json:"unanswered,omitempty"` // clients that have not been answered all that they said
}

// Lane is one serving thread, or a child process: whom it served, in this step its
// calls in their order, and what it waits in at the end.
type Lane struct {
	Who   string   `json:"who"` // acceptor, loop, thread, process or runtime
	For   []string `json:"for,omitempty"`
	Calls []Call   `json:"calls,omitempty"`
	Waits []Call   `json:"waits_in,omitempty"` // none: it has ended
	Round []Call   `json:"spins_in,omitempty"` // what it does again and again, finding nothing

	lane *lane
}

// Run starts the service, puts the schedule to it and ends it. It needs no other process, and no Docker.
func Run(ctx context.Context, c Config) (t Trace, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: what is traced is traced by this thread
		t, err = run(ctx, c)
	}()
	<-done
	return t, err
}

func run(ctx context.Context, c Config) (Trace, error) {
	out := Trace{Args: append(slices.Clone(c.Args), Small(c.Model)...)}
	args := append(slices.Clone(out.Args), "-host", "127.0.0.1", "-apps", "echo", "-ports", "echo=0")
	s, err := start(c.Program, args)
	if err != nil {
		return out, fmt.Errorf("start %s: %w", c.Program, err)
	}
	defer s.close()
	n := &names{clients: map[uint16]string{}, known: map[holder]string{}, pidfds: map[int]int{}}
	defer n.close()
	t := &tracer{main: s.pid, threads: map[int]*thread{}, names: n, nameless: c.Model == "goroutine", log: s.last}
	defer t.kill()
	first := &thread{tid: s.pid, begun: true}
	t.threads[s.pid] = first
	t.look(first)

	w := newWatch(t, c.Model)
	crowd := &crowd{names: n, clients: map[int]*client{}}
	defer crowd.close()
	rest := func() error { return t.settleDown(ctx, w.rounds) }
	if err := t.up(ctx, s, rest); err != nil {
		return out, err
	}
	out.Start = w.step()
	for _, a := range c.Schedule {
		if err := crowd.do(ctx, a); err != nil {
			return out, err
		}
		if err := rest(); err != nil {
			return out, fmt.Errorf("%s: %w", a, err)
		}
		crowd.listen()
		out.Steps = append(out.Steps, Step{Action: a, Lanes: w.step(), Waiting: crowd.unanswered()})
	}
	w.finish(&out)
	return out, nil
}

// Small are the flags that make a model small enough to be told on paper: a pool of two, two loops, one processor.
func Small(model string) []string {
	m, _ := models.Find(model)
	switch {
	case slices.Contains(m.Sizes, "pool"):
		return []string{"-pool=2"}
	case slices.Contains(m.Sizes, "workers"):
		return []string{"-workers=2"}
	case slices.Contains(m.Sizes, "procs"):
		return []string{"-procs=1"}
	}
	return nil
}
