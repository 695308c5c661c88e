package conformance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

	started   time.Time
	held      atomic.Int64 // bytes that belong to clients
	mu        sync.Mutex
	idle      time.Duration
	print     bool
	lastLog   string
	listeners []net.Listener
	conns     map[*peer]bool
	handlers  sync.WaitGroup
	stopping  bool

	// For faults.
	turn     sync.Mutex    // of the one client that is served
	seats    chan struct{} // of the 64 that are
	last     *peer         // that came
	total    int           // bytes of all clients together
	spinning bool
}

// peer is one client of the reference.
type peer struct {
	*net.TCPConn
	server *reference
	in     *bufio.Reader
}

// Read keeps -idle and -print.
func (p *peer) Read(b []byte) (int, error) {
	r := p.server
	r.mu.Lock()
	if r.idle > 0 && !r.stopping && !p.has("ignores -idle") {
		_ = p.SetReadDeadline(time.Now().Add(r.idle))
	}
	r.mu.Unlock()
	n, err := p.TCPConn.Read(b)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.print && n > 0 {
		from := p
		if p.has("has one address for all clients") {
			from = r.last
		}
		r.lastLog = fmt.Sprintf("received %q from %s", b[:n], from.RemoteAddr())
	}
	return n, err
}

func (p *peer) has(fault string) bool { return p.server.fault == fault }

func (p *peer) say(text string) { _, _ = io.WriteString(p, text) }

// startReference serves all applications on free ports until the test ends.
func startReference(t *testing.T, fault string) Target {
	t.Helper()
	r := &reference{fault: fault, addrs: map[protocol.App]string{}, started: time.Now(), seats: make(chan struct{}, 64)}
	for _, app := range protocol.Apps() {
		r.addrs[app] = "127.0.0.1:0"
	}
	t.Cleanup(func() { _, _ = r.Stop(context.Background()) })
	require.NoError(t, r.Restart(t.Context(), protocol.Apps()))
	return Target{Name: "reference", Addrs: r.addrs, Control: r, Patience: time.Second, Visits: 50}
}

// Restart listens where it did before.
func (r *reference) Restart(ctx context.Context, apps []protocol.App, args ...string) error {
	if _, err := r.Stop(ctx); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault == "does not come back" && r.addrs[protocol.Echo] != "127.0.0.1:0" {
		return nil
	}
	r.stopping, r.conns, r.idle, r.print = false, map[*peer]bool{}, 0, slices.Contains(args, "-print")
	for _, arg := range args {
		if d, ok := strings.CutPrefix(arg, "-idle="); ok {
			r.idle, _ = time.ParseDuration(d)
		}
	}
	for _, app := range apps {
		l, err := net.Listen("tcp", r.addrs[app])
		if err != nil {
			return err
		}
		if at := l.Addr().String(); at != r.addrs[app] { // the suite reads them meanwhile
			r.addrs[app] = at
		}
		r.listeners = append(r.listeners, l)
		r.handlers.Go(func() { r.accept(l, app) })
	}
	return nil
}

// Stop does what SIGTERM does: the clients get what they are owed, then the end.
func (r *reference) Stop(context.Context) (protocol.Exit, error) {
	r.mu.Lock()
	r.stopping = true
	for _, l := range r.listeners {
		_ = l.Close()
	}
	r.listeners = nil
	for p := range r.conns {
		if r.fault == "cuts clients off on SIGTERM" {
			_ = p.SetLinger(0)
			_ = p.Close()
		} else if r.fault == "takes SIGTERM for the end of file" {
			_ = p.CloseRead()
		} else {
			_ = p.SetReadDeadline(time.Now())
		}
	}
	r.mu.Unlock()
	r.handlers.Wait()
	exit := protocol.Exit{LastLog: r.lastLog}
	if r.fault == "ends with status 1" {
		exit.Status = 1
	}
	return exit, nil
}

// Metrics counts the connections that are open, with a listener for each
// application, and what they hold. CPU is made up: none, or all since the start.
func (r *reference) Metrics(context.Context) (map[string]float64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	clock, cpu := time.Since(r.started).Seconds(), 0.0
	if r.spinning {
		cpu = clock
	}
	return map[string]float64{
		protocol.MetricDescriptors: float64(len(r.listeners) + len(r.conns)),
		protocol.MetricResident:    float64(r.held.Load()),
		protocol.MetricClock:       clock,
		protocol.MetricCPU:         cpu,
	}, nil
}

func (r *reference) accept(l net.Listener, app protocol.App) {
	var before time.Time
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		p := &peer{TCPConn: conn.(*net.TCPConn), server: r}
		p.in = bufio.NewReaderSize(p, 64<<10)
		r.mu.Lock()
		r.conns[p], r.last = true, p
		if r.stopping {
			_ = p.SetReadDeadline(time.Now())
		}
		r.mu.Unlock()
		together := time.Since(before) < 100*time.Microsecond
		if before = time.Now(); together && r.fault == "takes one of those that arrive together" {
			continue
		}
		leave := r.admit()
		r.handlers.Go(func() {
			defer leave()
			r.serve(p, app, l)
		})
	}
}

// admit waits until one more client may be served, in the order in which they came.
func (r *reference) admit() (leave func()) {
	switch r.fault {
	case "one client at a time":
		r.turn.Lock()
		return r.turn.Unlock
	case "serves 64 at a time":
		r.seats <- struct{}{}
		return func() { <-r.seats }
	}
	return func() {}
}

func (r *reference) serve(p *peer, app protocol.App, l net.Listener) {
	err := map[protocol.App]func(*peer) error{
		protocol.Echo: echo, protocol.Count: count, protocol.Menu: talk, protocol.Page: site, protocol.Work: compute, protocol.Wait: pause,
	}[app](p)
	switch {
	case (errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)) && r.fault == "ends when a client resets",
		errors.Is(err, io.EOF) && r.fault == "ends when a client leaves":
		_ = l.Close()
	case errors.Is(err, syscall.ECONNRESET) && r.fault == "spins after a reset":
		r.mu.Lock()
		r.spinning = true
		r.mu.Unlock()
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
