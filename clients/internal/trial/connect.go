package trial

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// boundError says that a model does not serve as many clients as were asked for.
type boundError struct {
	clients int // that it does serve
	before  int // if it may be more: that it does not serve
	why     string
}

func (e *boundError) Error() string {
	if e.before > 0 {
		return fmt.Sprintf("stops below %d: it serves %d; %s", e.before, e.clients, e.why)
	}
	return fmt.Sprintf("stops at %d: %s", e.clients, e.why)
}

// spare descriptors are what the client needs beside its connections.
const spare = 200

// connect opens the cell's active connections to both sides.
func (t *Trial) connect(ctx context.Context, e experiment.Experiment, c experiment.Cell) (contender, reference experiment.Conns, err error) {
	open := e.Open
	if open == nil {
		open = t.stay
	}
	if contender, err = open(ctx, t, t.contender.Addr, c); err != nil {
		return nil, nil, err
	}
	if reference, err = open(ctx, t, t.reference.Addr, c); err != nil {
		contender.Close()
		return nil, nil, err
	}
	return contender, reference, nil
}

// stay opens connections that stay, and ask for echo. Where one process may not have descriptors enough for those of
// both sides, the reference's are another's.
func (t *Trial) stay(ctx context.Context, _ experiment.Engines, side experiment.Address, c experiment.Cell) (experiment.Conns, error) {
	addr := side(protocol.Echo)
	toReference := addr == t.reference.Addr(protocol.Echo)
	if !toReference || 2*c.Connections+t.idle+spare <= descriptors() {
		return t.bench.engine.Dial(ctx, addr, c.Connections)
	}
	worker, err := engine.Spawn(ctx, engine.Options{CPU: t.bench.Client})
	if err != nil {
		return nil, err
	}
	if err := worker.Dial(ctx, addr, c.Connections); err != nil {
		_ = worker.Close()
		return nil, err
	}
	return process{worker}, nil
}

// process is a worker whose Close can't fail in a way that matters here.
type process struct{ *engine.Worker }

func (p process) Close() { _ = p.Worker.Close() }

// descriptors is how many this process may have; the runtime has raised the
// soft limit to the hard one at its start.
func descriptors() int {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) != nil {
		return 1024
	}
	return int(min(l.Cur, 1<<30))
}

// connectHerd adds silent connections to the contender until there are n. Each
// has asked once: it was accepted, and a thread or a coroutine is its own.
func (t *Trial) connectHerd(ctx context.Context, n int, rec *result.Record) error {
	more := n - t.idle
	if more <= 0 {
		return nil
	}
	group, err := t.bench.engine.Dial(ctx, t.contender.Addr(protocol.Echo), more)
	if err != nil {
		return t.refused(err, n)
	}
	t.herd = append(t.herd, group)
	answered, err := rollCall(ctx, group, t.contender.Name, more)
	rec.Contender.Answering = t.idle + answered
	var none *noneError
	if errors.As(err, &none) && t.idle > 0 {
		err = &boundError{clients: 0, why: fmt.Sprintf("of %d more clients none was answered within %v", more, rollTime)}
	}
	var bound *boundError
	if errors.As(err, &bound) {
		bound.clients += t.idle
	}
	t.idle += more
	return err
}

// refused says what it means that a herd of n could not be opened: where others
// are connected, the server takes no more. Its backlog is full, or it resets them.
func (t *Trial) refused(err error, n int) error {
	full := errors.Is(err, engine.ErrTimedOut) || errors.Is(err, unix.ECONNRESET) || errors.Is(err, unix.ECONNREFUSED)
	if t.idle == 0 || !full {
		return err
	}
	return &boundError{clients: t.idle, before: n, why: err.Error()}
}

// rollCall has every connection answered once.
func rollCall(ctx context.Context, conns experiment.Conns, service string, n int) (answered int, err error) {
	answered, err = conns.Check(ctx, rollTime)
	switch {
	case ctx.Err() != nil:
		return answered, ctx.Err()
	case err != nil && !closedByServer(err):
		return answered, fmt.Errorf("%s: %w", service, err)
	case answered < n && answered > 0:
		return answered, &boundError{clients: answered, why: fmt.Sprintf("of %d clients %d were answered within %v", n, answered, rollTime)}
	case answered < n:
		return answered, &noneError{service, n}
	}
	return answered, err
}

// noneError says that nobody was answered.
type noneError struct {
	service string
	clients int
}

func (e *noneError) Error() string {
	return fmt.Sprintf("%s: none of %d clients was answered within %v", e.service, e.clients, rollTime)
}

// closedByServer says whether connections were ended by the server, which a
// model may do with clients that it can't take; a wrong byte is never that.
func closedByServer(err error) bool {
	return strings.Contains(err.Error(), "roll call") && !strings.Contains(err.Error(), "mismatch")
}
