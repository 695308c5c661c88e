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

	"c10klab/clients/internal/standin"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// fake is a service under a meter, both inside this process. It answers echo
// with a goroutine for each connection, whatever model it claims to be.
type fake struct {
	*standin.Service
	t       *testing.T
	service target.Service
	meter   *httptest.Server // the stand-in's
	mu      *sync.Mutex      // the stand-in's

	state    protocol.State
	apps     []string
	lease    time.Duration
	turns    chan struct{} // of the clients, where only some are served
	restarts int
	reads    int
	paused   bool // by STOP
	signals  int
	still    int    // readings while it was paused
	echoes   [2]int // replies under load, while it ran and while it was paused

	refuses string // its mechanism is refused here: its last log line
	gone    bool   // its meter answers nothing more
	onEcho  func()
	reply   func(conn int, b []byte) (answer bool) // may change a reply, or keep it back; conn counts from 0 in each process
	cpu     float64                                // s of CPU from one reading to the next

	waits     func(clients int) map[string]int // what its threads sit in
	serves    int                              // clients at a time; 0: all
	most      int                              // connections it takes, more are closed; 0: all
	corrupt   bool                             // one byte of each reply is wrong
	dieAt     int                              // it dies at the first echo after that restart; 0: never
	onRestart func(n int)
}

func newFake(t *testing.T, name, model string) *fake {
	f := &fake{
		t: t, service: target.Service{Name: name, Model: model, Twin: name != model}, state: protocol.Serving,
		waits: func(int) map[string]int { return map[string]int{"epoll_pwait": 1} }, cpu: 0.1,
	}
	f.Service = standin.New(t, f.talk)
	f.meter, f.mu = f.Meter, &f.Mu
	f.Full = func(connected int) bool { return f.most > 0 && connected >= f.most }
	require.NoError(t, f.Listen())
	f.Handle("GET /healthz", f.answer(func(*http.Request) {}))
	f.Handle("POST /restart", f.answer(f.restart))
	f.Handle("POST /stop", f.answer(f.stop))
	f.Handle("POST /signal", f.answer(f.signal))
	f.Handle("GET /waits", f.answerWaits)
	f.Handle("GET /metrics", f.answerMetrics)
	return f
}

func (f *fake) target() target.Target { return f.Target(f.service) }

func (f *fake) hangUp() { f.HangUp() }

func (f *fake) answer(do func(*http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !f.gone {
			do(r)
		}
		if f.gone { // already by this request, perhaps
			panic(http.ErrAbortHandler)
		}
		h := protocol.Health{State: f.state, Apps: f.apps, Lease: f.lease.Seconds(), Ports: protocol.Ports{"echo": f.Port}}
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

// vanish is for a request's own doing, in which the mutex is held: neither this
// request nor a later one is answered, on whichever connection it comes.
func (f *fake) vanish() {
	f.gone = true
	f.meter.Listener.Close()
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
	f.turns = nil
	if f.serves > 0 {
		f.turns = make(chan struct{}, f.serves)
	}
	if err := f.Listen(); err != nil {
		f.t.Errorf("%s: %v", f.service.Name, err)
		return
	}
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

// talk waits for the client's turn, where only some are served, and echoes.
func (f *fake) talk(c net.Conn, number int) {
	f.mu.Lock()
	turns := f.turns
	f.mu.Unlock()
	if turns != nil {
		turns <- struct{}{}
		defer func() { <-turns }()
	}
	f.echo(c, number)
}

func (f *fake) echo(c net.Conn, number int) {
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
		if f.reply != nil && !f.reply(number, buf[:n]) {
			continue
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (f *fake) answerWaits(w http.ResponseWriter, _ *http.Request) {
	_ = json.NewEncoder(w).Encode(protocol.Waits{Processes: 1, Threads: 5, Serving: f.waits(f.Clients()), Idle: map[string]int{"futex": 4}})
}

func (f *fake) answerMetrics(w http.ResponseWriter, _ *http.Request) {
	f.reads++
	if f.paused {
		f.still++
	}
	for name, v := range map[string]float64{
		protocol.MetricClock: float64(f.reads), protocol.MetricCPU: f.cpu * float64(f.reads),
		protocol.MetricResident: 4e6 + 1024*float64(f.Clients()), protocol.MetricThreads: 5,
		protocol.MetricMemoryKernel: 1e6 + 2048*float64(f.Clients()),
	} {
		fmt.Fprintf(w, "%s %g\n", name, v)
	}
	fmt.Fprintf(w, "%s{name=\"pids\"} 12000\n%s{name=\"nofile\"} +Inf\n", protocol.MetricLimit, protocol.MetricLimit)
	fmt.Fprintf(w, "%s{cpu=\"cgroup v2\",cpuset=\"0\"} 1\n", protocol.MetricSource)
	_, _ = io.WriteString(w, "\n")
}
