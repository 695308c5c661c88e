package conformance

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// reference is a server in plain Go, a goroutine per client, written from the
// contract alone. It keeps the contract, except for the one fault it is given by
// name: the suite must pass it without a fault, and catch it with any.
type reference struct {
	fault string
	addrs map[protocol.App]string

	mu        sync.Mutex
	listeners []net.Listener
	conns     map[*peer]bool
	handlers  sync.WaitGroup
	stopping  bool
	turn      sync.Mutex // for the fault of serving one client at a time
	total     int        // for the fault of counting for all clients together
}

// peer is one client of the reference.
type peer struct {
	*net.TCPConn
	server *reference
	in     *bufio.Reader
}

func (p *peer) has(fault string) bool { return p.server.fault == fault }

func (p *peer) say(text string) { _, _ = io.WriteString(p, text) }

// startReference serves all applications on free ports until the test ends.
func startReference(t *testing.T, fault string) Target {
	t.Helper()
	r := &reference{fault: fault, addrs: map[protocol.App]string{}}
	for _, app := range protocol.Apps() {
		r.addrs[app] = "127.0.0.1:0"
	}
	t.Cleanup(func() { _ = r.Stop(context.Background()) })
	require.NoError(t, r.Restart(t.Context(), protocol.Apps()))
	return Target{Name: "reference", Addrs: r.addrs, Control: r, Patience: time.Second, Visits: 50}
}

// Restart listens where it did before.
func (r *reference) Restart(ctx context.Context, apps []protocol.App, _ ...string) error {
	if err := r.Stop(ctx); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault == "does not come back" && r.addrs[protocol.Echo] != "127.0.0.1:0" {
		return nil
	}
	r.stopping, r.conns = false, map[*peer]bool{}
	for _, app := range apps {
		l, err := net.Listen("tcp", r.addrs[app])
		if err != nil {
			return err
		}
		r.addrs[app] = l.Addr().String()
		r.listeners = append(r.listeners, l)
		r.handlers.Go(func() { r.accept(l, app) })
	}
	return nil
}

// Stop does what SIGTERM does: the clients get what they are owed, then the end.
func (r *reference) Stop(context.Context) error {
	r.mu.Lock()
	r.stopping = true
	for _, l := range r.listeners {
		_ = l.Close()
	}
	r.listeners = nil
	for p := range r.conns {
		if r.fault == "cuts clients off on SIGTERM" {
			_ = p.Close()
		} else if r.fault == "takes SIGTERM for the end of file" {
			_ = p.CloseRead()
		} else {
			_ = p.SetReadDeadline(time.Now())
		}
	}
	r.mu.Unlock()
	r.handlers.Wait()
	return nil
}

// Metrics counts the connections that are open; with a listener for each application.
func (r *reference) Metrics(context.Context) (map[string]float64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return map[string]float64{protocol.MetricDescriptors: float64(len(r.listeners) + len(r.conns))}, nil
}

func (r *reference) accept(l net.Listener, app protocol.App) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		p := &peer{TCPConn: conn.(*net.TCPConn), server: r, in: bufio.NewReaderSize(conn, 64<<10)}
		r.mu.Lock()
		r.conns[p] = true
		if r.stopping {
			_ = p.SetReadDeadline(time.Now())
		}
		r.mu.Unlock()
		r.handlers.Go(func() { r.serve(p, app, l) })
	}
}

func (r *reference) serve(p *peer, app protocol.App, l net.Listener) {
	if r.fault == "one client at a time" {
		r.turn.Lock()
		defer r.turn.Unlock()
	}
	err := map[protocol.App]func(*peer) error{
		protocol.Echo: echo, protocol.Count: count, protocol.Menu: talk, protocol.Page: site, protocol.Work: compute, protocol.Wait: pause,
	}[app](p)
	switch {
	case (errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)) && r.fault == "ends when a client resets",
		errors.Is(err, io.EOF) && r.fault == "ends when a client leaves":
		_ = l.Close()
	case r.fault == "never closes":
		<-time.After(3 * time.Second)
	case r.fault == "keeps closed connections" && err != nil:
		_ = p.Close()
		return // it stays in the table
	}
	p.hangUp(err)
	r.mu.Lock()
	delete(r.conns, p)
	r.mu.Unlock()
}

// hangUp is the lingering close.
func (p *peer) hangUp(err error) {
	defer p.Close()
	if p.has("closes without lingering") || errors.Is(err, io.EOF) {
		return
	}
	_ = p.CloseWrite()
	limit := protocol.Linger
	if p.has("lingers for ever") {
		limit = time.Minute
	}
	end := time.Now().Add(limit)
	_ = p.SetReadDeadline(end)
	for time.Now().Before(end) {
		if _, err := p.in.Discard(1); err != nil {
			return
		}
	}
}
