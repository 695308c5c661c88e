package trace

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// patience is how long a step may take: it bounds what is otherwise a condition.
const patience = time.Minute

// settleDown handles stops until the service is at rest: every thread sleeps in a system call that ends
// by no clock, or goes round and round finding nothing (round reports that). since is the call from which on that counts.
//
// No thread can begin or end a call while nobody handles its stops, so two looks without a
// stop between them see all threads at the same moment.
func (t *tracer) settleDown(ctx context.Context, round func(since int) map[*thread]bool) error {
	since, until, looks := t.calls, time.Now().Add(patience), 0
	for {
		moved, err := t.drain()
		if err != nil {
			return err
		}
		if moved || !t.resting(round(since)) {
			looks = 0
		} else if looks++; looks == 2 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if time.Now().After(until) {
			return fmt.Errorf("the service has not come to rest within %v", patience)
		}
		if !moved && looks == 0 {
			time.Sleep(pause)
		}
	}
}

// resting looks at every thread once.
func (t *tracer) resting(rounds map[*thread]bool) bool {
	for _, th := range t.threads {
		switch {
		case rounds[th]:
			continue
		case !th.inside:
			return false
		case th.kind == pauses && len(rounds) == 0: // the Go runtime's monitor, while it sees something to do
			return false
		case th.ends && t.matters(th):
			return false
		}
		if p, err := procFS.Process(th.tid); err != nil || p.State != 'S' {
			return false
		}
	}
	return len(t.threads) > 0
}

// matters reports whether a thread's waiting is shown: it serves, or it asks about clients.
func (t *tracer) matters(th *thread) bool {
	switch th.kind {
	case waits:
		return t.serving(th)
	case futex:
		return th.serves
	case talks:
		return len(th.call.On) > 0
	}
	return false
}

// errNotAllowed is the answer where the kernel lets nobody trace.
var errNotAllowed = errors.New("tracing a process is not permitted here (ptrace): where a container forbids it, start that with --cap-add SYS_PTRACE, or run lab outside; under another tracer it never is")
