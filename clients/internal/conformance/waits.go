package conformance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"c10klab/clients/internal/models"
	"c10klab/services/protocol"
)

// Waiter tells what the server's threads wait in. Metered does.
type Waiter interface {
	Waits(ctx context.Context) (protocol.Waits, error)
}

// waitsTime is how long the meter may take for that: a failed case is in no hurry, and the next one waits.
const waitsTime = 3 * time.Second

// waits asks for it, or says why it is not told. A case whose time is up is a failure like others; one that was
// interrupted asks no more.
func (s *script) waits() string {
	w := s.target.Waiter
	if w == nil {
		w, _ = s.target.Control.(Waiter)
	}
	if w == nil {
		return "not told: no meter looks into this server"
	}
	if errors.Is(s.ctx.Err(), context.Canceled) {
		return "not told: the case was interrupted"
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), waitsTime)
	defer cancel()
	found, err := w.Waits(ctx)
	if err != nil {
		return "not told: " + err.Error()
	}
	return fmt.Sprintf("%s (threads that serve; %s and %s in all)", models.Found(found), many(found.Threads, "thread"), many(found.Processes, "process"))
}

func many(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case what == "process":
		return fmt.Sprintf("%d processes", n)
	}
	return fmt.Sprintf("%d %ss", n, what)
}
