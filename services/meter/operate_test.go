package main

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/meter/proc"
	"c10klab/services/protocol"
)

func TestRestart(t *testing.T) {
	s := start(t, "serve")
	first := s.becomes(protocol.Serving)
	code, h := s.post("/restart?apps=echo&arg=-backlog=5&lease=60s")
	require.Equal(t, http.StatusOK, code, h.Message)
	assert.Equal(t, protocol.Serving, h.State)
	assert.Equal(t, []string{"echo"}, h.Apps)
	assert.Equal(t, []string{"-backlog=5"}, h.Args)
	assert.Positive(t, h.Lease)
	assert.LessOrEqual(t, h.Lease, 60.0)
	assert.NotEqual(t, first.PID, h.PID, "a fresh process")
	require.NoError(t, s.echoes(protocol.Echo, 1), "it listens when the answer comes")
	require.Error(t, s.echoes(protocol.Count, 1), "and serves nothing else")

	code, h = s.post("/restart")
	require.Equal(t, http.StatusOK, code, h.Message)
	assert.Len(t, h.Apps, 6)
	assert.Empty(t, h.Args)
	assert.Zero(t, h.Lease, "the lease is over")
	for _, a := range protocol.Apps() {
		assert.NoError(t, s.echoes(a, 1))
	}
}

func TestRestartOnSomeOfTheCPUs(t *testing.T) {
	s := start(t, "serve")
	had := s.becomes(protocol.Serving)
	proc := proc.FS("/proc")
	all, n, err := proc.AllowedCPUs(had.PID)
	require.NoError(t, err)
	code, h := s.post("/restart?cpus=1&lease=60s")
	require.Equal(t, http.StatusOK, code, h.Message)
	assert.Positive(t, h.Lease, "that is another state than the usual")
	first, one, err := proc.AllowedCPUs(h.PID)
	require.NoError(t, err)
	assert.Equal(t, 1, one)
	assert.True(t, strings.HasPrefix(all, first), "%s is the first of %s", first, all)

	code, h = s.post("/restart?cpus=" + strconv.Itoa(n+1))
	assert.Equal(t, http.StatusConflict, code)
	assert.Contains(t, h.Message, "too few CPUs")
	assert.Equal(t, protocol.Serving, h.State, "it goes on as it was")

	code, h = s.post("/restart")
	require.Equal(t, http.StatusOK, code, h.Message)
	assert.Zero(t, h.Lease)
	again, _, err := proc.AllowedCPUs(h.PID)
	require.NoError(t, err)
	assert.Equal(t, all, again)
}

func TestRestartsTakeTurns(t *testing.T) {
	s := start(t, "serve")
	s.becomes(protocol.Serving)
	var all sync.WaitGroup
	for _, app := range []string{"echo", "count", "menu", "page"} {
		all.Go(func() {
			code, h := s.post("/restart?grace=0&apps=" + app)
			assert.Equal(t, http.StatusOK, code, h.Message)
		})
	}
	all.Wait()
	_, h := s.health()
	assert.Len(t, h.Apps, 1)
}

func TestLeaseRunsOut(t *testing.T) {
	for _, path := range []string{"/restart?apps=echo&lease=50ms", "/restart?arg=-print&lease=50ms", "/stop?lease=50ms", "/signal?name=STOP&lease=50ms"} {
		t.Run(path, func(t *testing.T) {
			s := start(t, "serve")
			first := s.becomes(protocol.Serving)
			code, h := s.post(strings.Replace(path, "-print", "-backlog=9", 1))
			require.Equal(t, http.StatusOK, code, h.Message)
			s.until("all is as it was", func() bool {
				_, h := s.health()
				return h.State == protocol.Serving && len(h.Apps) == 6 && len(h.Args) == 0 && h.Lease == 0 && h.PID != first.PID
			})
			assert.Contains(t, s.err.String(), "the lease is over")
		})
	}
}

func TestRestartKillsWhatDoesNotEnd(t *testing.T) {
	s := start(t, "stubborn")
	s.becomes(protocol.Serving)
	for _, grace := range []string{"0", "20ms"} {
		code, h := s.post("/restart?apps=echo&grace=" + grace)
		assert.Equal(t, http.StatusOK, code, h.Message)
	}
	assert.Contains(t, s.err.String(), "did not end within 20ms of SIGTERM")
	code, _ := s.post("/stop?grace=0")
	assert.Equal(t, http.StatusOK, code)
}

func TestRestartEndsChildren(t *testing.T) {
	s := start(t, "family")
	s.becomes(protocol.Serving)
	before, err := proc.FS("/proc").Descendants(s.cmd.Process.Pid)
	require.NoError(t, err)
	code, h := s.post("/restart?apps=echo")
	require.Equal(t, http.StatusOK, code, h.Message)
	after, err := proc.FS("/proc").Descendants(s.cmd.Process.Pid)
	require.NoError(t, err)
	for _, p := range after {
		for _, q := range before {
			assert.NotEqual(t, q.PID, p.PID)
		}
	}
}

func TestRestartThatDies(t *testing.T) {
	s := start(t, "serve")
	s.becomes(protocol.Serving)
	code, h := s.post("/restart?apps=echo&arg=-backlog=3")
	assert.Equal(t, http.StatusBadGateway, code)
	assert.Equal(t, protocol.Died, h.State)
	require.NotNil(t, h.Exit)
	assert.Equal(t, 3, h.Exit.Status)
	assert.Contains(t, h.Message, "a backlog of 3")
	code, h = s.post("/restart")
	assert.Equal(t, http.StatusOK, code, h.Message)
}

func TestEndingDuringARestart(t *testing.T) {
	s := start(t, "deaf")
	answered := make(chan int)
	go func() {
		code, _, _ := s.try(http.MethodPost, "/restart?apps=echo") // the connection may end first
		answered <- code
	}()
	s.until("the restart waits for it to listen", func() bool {
		return strings.Contains(s.err.String(), "fake: listening, echo\n")
	})
	require.NoError(t, s.cmd.Process.Signal(os.Interrupt))
	assert.Zero(t, s.status())
	assert.NotEqual(t, http.StatusOK, <-answered)
}

func TestStop(t *testing.T) {
	s := start(t, "serve")
	s.becomes(protocol.Serving)
	code, h := s.post("/stop")
	require.Equal(t, http.StatusOK, code, h.Message)
	assert.Equal(t, protocol.Stopped, h.State)
	assert.Equal(t, &protocol.Exit{LastLog: "fake: asked to end"}, h.Exit)
	assert.Greater(t, h.Lease, 60.0)
	code, h = s.health()
	assert.Equal(t, http.StatusOK, code, "stopped is healthy")
	assert.Equal(t, protocol.Stopped, h.State)
	assert.Error(t, s.echoes(protocol.Echo, 1))
	code, h = s.post("/stop?lease=10s")
	assert.Equal(t, http.StatusOK, code, "once more makes the lease anew")
	assert.LessOrEqual(t, h.Lease, 10.0)
}

func TestPauseAndResume(t *testing.T) {
	s := start(t, "family")
	s.becomes(protocol.Serving)
	states := func() (out []byte) {
		found, err := proc.FS("/proc").Descendants(s.cmd.Process.Pid)
		require.NoError(t, err)
		for _, p := range found {
			out = append(out, p.State)
		}
		return out
	}
	code, h := s.post("/signal?name=STOP")
	require.Equal(t, http.StatusOK, code, h.Message)
	assert.Equal(t, protocol.Occupied, h.State)
	assert.Positive(t, h.Lease)
	assert.Empty(t, strings.Trim(string(states()), "T"), "every process is stopped when the meter says so")
	code, _ = s.health()
	assert.Equal(t, http.StatusOK, code)

	code, h = s.post("/signal?name=CONT")
	require.Equal(t, http.StatusOK, code, h.Message)
	assert.Zero(t, h.Lease)
	s.becomes(protocol.Serving)
	assert.NotContains(t, string(states()), "T")

	s.post("/signal?name=STOP")
	code, h = s.post("/restart?apps=echo")
	assert.Equal(t, http.StatusOK, code, "a paused service ends all the same: %s", h.Message)
}

func TestBadRequests(t *testing.T) {
	s := start(t, "serve")
	s.becomes(protocol.Serving)
	for path, want := range map[string]string{
		"/restart?cpus=0":                                   "no number of CPUs",
		"/restart?cpus=one":                                 "no number of CPUs",
		"/restart?apps=ech":                                 `no application "ech"`,
		"/restart?apps=":                                    `no application ""`,
		"/restart?apps=echo,echo":                           "listed twice",
		"/restart?apps=echo&arg=-ports=1":                   `arg "-ports=1" is not allowed`,
		"/restart?arg=backlog":                              "is not allowed",
		"/restart?arg=-backlog=%00":                         "control character",
		"/restart?arg=-backlog=" + strings.Repeat("1", 200): "longer than",
		"/restart?lease=2h":                                 "lease 2h0m0s is not within",
		"/restart?lease=0":                                  "is not within",
		"/restart?lease=soon":                               `lease "soon" is no duration`,
		"/restart?grace=-1s":                                "is not within",
		"/restart?app=echo":                                 `no parameter "app"`,
		"/stop?lease=-1s":                                   "is not within",
		"/stop?apps=echo":                                   `no parameter "apps"`,
		"/signal?name=KILL":                                 `signal name "KILL"`,
		"/signal":                                           `signal name ""`,
		"/restart?apps=%zz":                                 "parse",
	} {
		code, h := s.post(path)
		assert.Equal(t, http.StatusBadRequest, code, path)
		assert.Contains(t, h.Message, want, path)
		assert.NotContains(t, h.Message, "\n", path)
	}
	var h protocol.Health
	assert.Equal(t, http.StatusBadRequest, s.get("/metrics?only=gpu", &h))
	assert.Contains(t, h.Message, `no part "gpu"`)
	assert.Equal(t, http.StatusMethodNotAllowed, s.get("/restart", &h))
	assert.Contains(t, h.Message, "takes POST")
	code, h := s.post("/healthz")
	assert.Equal(t, http.StatusMethodNotAllowed, code)
	assert.Contains(t, h.Message, "takes GET")
	assert.Equal(t, http.StatusNotFound, s.get("/metric", &h))
	assert.Contains(t, h.Message, "/metrics")
	_, h = s.health()
	assert.Equal(t, protocol.Serving, h.State, "none of that touched the service")
}

func TestWaits(t *testing.T) {
	s := start(t, "serve")
	s.becomes(protocol.Serving)
	var w protocol.Waits
	s.until("it rests in its poller", func() bool {
		require.Equal(t, http.StatusOK, s.get("/waits", &w))
		return w.Serving["epoll_pwait"] > 0
	})
	assert.Equal(t, 1, w.Processes)
	sum := 0
	for _, m := range []map[string]int{w.Serving, w.Idle} {
		for _, n := range m {
			sum += n
		}
	}
	assert.Equal(t, w.Threads, sum)
	assert.Equal(t, w.Threads > 1, w.Idle["futex"] > 0, strconv.Itoa(w.Threads))
}
