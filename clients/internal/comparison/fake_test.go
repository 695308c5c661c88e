package comparison

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// fake is a service under a meter, both inside this process. It answers echo
// with a goroutine for each connection, whatever model it claims to be.
type fake struct {
	t       *testing.T
	service target.Service
	meter   *httptest.Server
	port    int

	mu       sync.Mutex
	state    protocol.State
	apps     []string
	lease    time.Duration
	listener net.Listener
	conns    map[net.Conn]bool
	restarts int
	reads    int
	paused   bool // by STOP
	signals  int
	still    int    // readings while it was paused
	echoes   [2]int // replies under load, while it ran and while it was paused

	refuses string // its mechanism is refused here: its last log line
	onEcho  func()

	waits     func(clients int) map[string]int // what its threads sit in
	serves    int                              // clients at a time; 0: all
	most      int                              // connections it takes, more are closed; 0: all
	corrupt   bool                             // one byte of each reply is wrong
	dieAt     int                              // it dies at the first echo after that restart; 0: never
	onRestart func(n int)
}

func newFake(t *testing.T, name, model string) *fake {
	f := &fake{
		t: t, service: target.Service{Name: name, Model: model, Twin: name != model},
		state: protocol.Serving, conns: map[net.Conn]bool{},
		waits: func(int) map[string]int { return map[string]int{"epoll_pwait": 1} },
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f.port = l.Addr().(*net.TCPAddr).Port
	f.listen(l)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", f.answer(func(*http.Request) {}))
	mux.HandleFunc("POST /restart", f.answer(f.restart))
	mux.HandleFunc("POST /stop", f.answer(f.stop))
	mux.HandleFunc("POST /signal", f.answer(f.signal))
	mux.HandleFunc("GET /waits", f.answerWaits)
	mux.HandleFunc("GET /metrics", f.answerMetrics)
	f.meter = httptest.NewServer(mux)
	t.Cleanup(func() {
		f.meter.Close()
		f.mu.Lock()
		defer f.mu.Unlock()
		f.hangUp()
	})
	return f
}

func (f *fake) target() target.Target {
	return target.Target{Service: f.service, Control: f.meter.URL, Host: "127.0.0.1", Ports: protocol.Ports{"echo": f.port}}
}

func (f *fake) answer(do func(*http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		do(r)
		h := protocol.Health{State: f.state, Apps: f.apps, Lease: f.lease.Seconds(), Ports: protocol.Ports{"echo": f.port}}
		if f.refuses != "" {
			h.State, h.Message, h.Exit = protocol.Unsupported, f.refuses, &protocol.Exit{Status: protocol.ExitUnsupported, LastLog: f.refuses}
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		if f.state == protocol.Died {
			h.Exit = &protocol.Exit{Status: -1, Signal: "SIGKILL", LastLog: "thread: serving"}
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(h)
	}
}

func (f *fake) restart(r *http.Request) {
	f.hangUp()
	f.lease = 0
	if r.URL.Query().Has("apps") { // as a meter: a lease is on what differs from the usual
		f.lease, _ = time.ParseDuration(r.URL.Query().Get("lease"))
	}
	f.apps = strings.Split(r.URL.Query().Get("apps"), ",")
	f.restarts++
	f.state, f.paused = protocol.Serving, false
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", f.port))
	if err != nil {
		f.t.Errorf("%s: listening again: %v", f.service.Name, err)
		return
	}
	f.listen(l)
	if f.onRestart != nil {
		f.onRestart(f.restarts)
	}
}

func (f *fake) stop(r *http.Request) {
	f.hangUp()
	f.lease, _ = time.ParseDuration(r.URL.Query().Get("lease"))
	f.state = protocol.Stopped
}

func (f *fake) signal(r *http.Request) {
	f.paused = r.URL.Query().Get("name") == "STOP"
	f.signals++
}

// hangUp closes everything; the mutex is held.
func (f *fake) hangUp() {
	if f.listener != nil {
		f.listener.Close()
	}
	for c := range f.conns {
		c.Close()
	}
	clear(f.conns)
}

func (f *fake) listen(l net.Listener) {
	f.listener = l
	turns := make(chan struct{}, 1<<20)
	if f.serves > 0 {
		turns = make(chan struct{}, f.serves)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f.mu.Lock()
			full := f.listener != l || f.most > 0 && len(f.conns) >= f.most
			if !full {
				f.conns[c] = true
			}
			f.mu.Unlock()
			if full {
				c.Close()
				continue
			}
			go func() {
				turns <- struct{}{}
				f.echo(c)
				<-turns
			}()
		}
	}()
}

func (f *fake) echo(c net.Conn) {
	defer func() {
		c.Close()
		f.mu.Lock()
		delete(f.conns, c)
		f.mu.Unlock()
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := c.Read(buf)
		if n == 0 && err != nil {
			return
		}
		if f.onEcho != nil {
			f.onEcho()
		}
		f.mu.Lock()
		if f.paused {
			f.echoes[1]++
		} else {
			f.echoes[0]++
		}
		if f.dieAt > 0 && f.restarts >= f.dieAt {
			f.dieAt, f.state = 0, protocol.Died
			f.hangUp()
		}
		corrupt := f.corrupt
		f.mu.Unlock()
		if corrupt {
			buf[n/2] ^= 1
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (f *fake) answerWaits(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = json.NewEncoder(w).Encode(protocol.Waits{Processes: 1, Threads: 5, Serving: f.waits(len(f.conns)), Idle: map[string]int{"futex": 4}})
}

func (f *fake) answerMetrics(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	if f.paused {
		f.still++
	}
	for name, v := range map[string]float64{
		protocol.MetricClock: float64(f.reads), protocol.MetricCPU: 0.1 * float64(f.reads),
		protocol.MetricResident: 4e6 + 1024*float64(len(f.conns)), protocol.MetricThreads: 5,
		protocol.MetricMemoryKernel: 1e6 + 2048*float64(len(f.conns)),
	} {
		fmt.Fprintf(w, "%s %g\n", name, v)
	}
	fmt.Fprintf(w, "%s{name=\"pids\"} 12000\n%s{name=\"nofile\"} +Inf\n", protocol.MetricLimit, protocol.MetricLimit)
	fmt.Fprintf(w, "%s{cpu=\"cgroup v2\",cpuset=\"0\"} 1\n", protocol.MetricSource)
	_, _ = io.WriteString(w, "\n")
}
