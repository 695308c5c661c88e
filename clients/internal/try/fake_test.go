package try

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/standin"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// fake is a service that echoes, with its meter.
type fake struct {
	*standin.Service
	t       *testing.T
	service target.Service

	state     protocol.State
	held      bool // by SIGSTOP
	doings    []string
	readings  int
	dieAt     int // the restart after whose first echo it dies; 0: never
	corrupt   bool
	whileHeld int // echoes
	onRestart func()
}

func newFake(t *testing.T, name, model string) *fake {
	f := &fake{t: t, service: target.Service{Name: name, Model: model}, state: protocol.Serving}
	f.Service = standin.New(t, f.echo)
	require.NoError(t, f.Listen())
	f.Handle("GET /healthz", f.answer(func(*http.Request) {}))
	f.Handle("POST /restart", f.answer(f.restart))
	f.Handle("POST /stop", f.answer(func(*http.Request) { f.HangUp(); f.state = protocol.Stopped; f.note("stop") }))
	f.Handle("POST /signal", f.answer(f.signal))
	f.Handle("GET /metrics", f.metrics)
	return f
}

func (f *fake) target() target.Target { return f.Target(f.service) }

func (f *fake) note(what string) { f.doings = append(f.doings, what) }

func (f *fake) answer(do func(*http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		do(r)
		h := protocol.Health{State: f.state}
		if f.state == protocol.Died || f.state == protocol.Unsupported {
			h.Exit = &protocol.Exit{Status: 3, LastLog: "its last words"}
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(h)
	}
}

func (f *fake) restart(*http.Request) {
	f.HangUp()
	f.note("restart")
	f.state, f.held = protocol.Serving, false
	if !assert.NoError(f.t, f.Listen()) {
		return
	}
	if f.onRestart != nil {
		f.onRestart()
	}
}

func (f *fake) signal(r *http.Request) {
	f.held = r.URL.Query().Get("name") == "STOP"
	f.note(r.URL.Query().Get("name"))
}

func (f *fake) metrics(w http.ResponseWriter, _ *http.Request) {
	f.readings++
	fmt.Fprintf(w, "%s %g\n%s %g\n", protocol.MetricClock, float64(f.readings), protocol.MetricCPU, 0.1*float64(f.readings))
}

func (f *fake) echo(c net.Conn, _ int) {
	buf := make([]byte, 64<<10)
	for {
		n, err := c.Read(buf)
		if n == 0 && err != nil {
			return
		}
		f.Mu.Lock()
		if f.held {
			f.whileHeld++
		}
		if f.corrupt {
			buf[n/2] ^= 1
		}
		if f.dieAt > 0 && f.count("restart") >= f.dieAt {
			f.dieAt, f.state = 0, protocol.Died
			f.HangUp()
		}
		f.Mu.Unlock()
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

// count says how often it was asked for something; the mutex is held.
func (f *fake) count(what string) (n int) {
	for _, d := range f.doings {
		if d == what {
			n++
		}
	}
	return n
}

// asked is count for the test's own goroutine.
func (f *fake) asked(what string) int {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	return f.count(what)
}
