package trial

import (
	"context"
	"fmt"
	"strings"
	"time"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// settle is how long threads that have just served may take to sit down again.
const settle = 2 * time.Second

// waits asks both meters what the threads sit in, and judges it: a label must not lie.
func (t *Trial) waits(ctx context.Context, c experiment.Cell, rec *result.Record) error {
	reference, _ := models.Find(t.reference.Model)
	for _, s := range []struct {
		unit    *Unit
		side    *result.Side
		model   models.Model
		clients int
	}{
		{t.contender, &rec.Contender, t.model, c.Clients()},
		{t.reference, &rec.Reference, reference, c.Connections},
	} {
		found, wrong, err := s.unit.waits(ctx, s.model, s.clients)
		if err != nil {
			return fmt.Errorf("asking what %s waits in: %w", s.unit.Name, err)
		}
		s.side.Waits, s.side.Expected = &found, s.model.Expected(s.clients)
		if wrong != nil {
			s.side.Untrue = fmt.Sprintf("%s: %v", s.unit.Name, wrong)
			withhold(rec, s.side.Untrue)
		}
	}
	return nil
}

// waits asks until the threads sit where they should, or have had time enough to.
func (u *Unit) waits(ctx context.Context, m models.Model, clients int) (found protocol.Waits, wrong, err error) {
	for start := time.Now(); ; {
		if found, err = u.Meter.Waits(ctx); err != nil {
			return found, nil, err
		}
		wrong = m.Judge(found, clients)
		if wrong == nil || time.Since(start) > settle {
			return found, wrong, nil
		}
		select {
		case <-ctx.Done():
			return found, nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// rollAgain calls the roll after the window.
func (t *Trial) rollAgain(ctx context.Context, contender, reference experiment.Conns, c experiment.Cell) (rolls []gate.Roll) {
	call := func(conns experiment.Conns, service, kind string, n int) {
		answered, err := conns.Check(ctx, gate.RollTime)
		if err != nil {
			answered = min(answered, n-1) // one that fails is one that is not answered
		}
		rolls = append(rolls, gate.Roll{Service: service, Kind: kind, Clients: n, Answered: answered})
	}
	call(contender, t.contender.Name, "active", c.Connections+c.Visits)
	call(reference, t.reference.Name, "active", c.Connections+c.Visits)
	for _, herd := range t.herd {
		call(herd, t.contender.Name, "idle", herd.Len())
	}
	return rolls
}

// besides says what disturbed a trial.
func besides(running string) string {
	return "beside it ran what could not be stopped: " + running
}

// failedUnderLoad says how many connections of a side failed, and how the first did.
func failedUnderLoad(s *result.Side, n int) string {
	return fmt.Sprintf("%s: %d connections failed under load: %s", s.Service, n, s.Errors.First)
}

// why says what is behind an error: a service that died explains all else.
func (t *Trial) why(ctx context.Context, rec *result.Record, err error) (result.Outcome, string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	for _, s := range []struct {
		unit *Unit
		side *result.Side
	}{{t.contender, &rec.Contender}, {t.reference, &rec.Reference}} {
		if s.unit == nil {
			continue // it was not part of the trial
		}
		h, asked := s.unit.Meter.Health(ctx)
		switch {
		case asked != nil:
			return result.Failed, fmt.Sprintf("the meter of %s does not answer: %v", s.unit.Name, asked)
		case h.State == protocol.Unsupported:
			s.side.Exit = h.Exit
			return result.Unsupported, Unsupported(h)
		case h.State == protocol.Died:
			s.side.Exit = h.Exit
			return result.Failed, fmt.Sprintf("%s died: %s", s.unit.Name, Ended(h))
		}
	}
	return result.Failed, err.Error()
}

// Unsupported says in one line why this machine refuses a service's mechanism: what
// its last log line says of it, without what comes before.
func Unsupported(h protocol.Health) string {
	const mark = "unsupported here: "
	line := h.Message
	if h.Exit != nil && h.Exit.LastLog != "" {
		line = h.Exit.LastLog
	}
	if _, why, ok := strings.Cut(line, mark); ok {
		line = why
	}
	if line == "" {
		line = "it says no more"
	}
	return mark + line
}

// Ended says in one line how a service ended.
func Ended(h protocol.Health) string {
	if h.Exit == nil {
		return h.Message
	}
	how := fmt.Sprintf("exit status %d", h.Exit.Status)
	if h.Exit.Signal != "" {
		how = h.Exit.Signal
	}
	if h.Exit.OutOfMemory {
		how += ", out of memory"
	}
	if h.Exit.LastLog != "" {
		how += fmt.Sprintf("; its last line: %s", h.Exit.LastLog)
	}
	return how
}
