package trace

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/models"
)

func TestGoroutinesReadFirstAndThenTheRuntimePolls(t *testing.T) {
	f := traceOf(t, "goroutine", "goroutine")
	assert.Equal(t, []string{"-procs=1"}, f.Args)
	assert.Equal(t, []string{"runtime: epoll_pwait() = 1; read(c2) = 5; write(c2) = 5; read(c2) = EAGAIN | epoll_pwait()"}, told(f.Steps[2].Lanes))
	first := told(f.Steps[0].Lanes)[0]
	for _, call := range []string{"accept4(listener) = c1; epoll_ctl(ADD c1) = 0", "read(c1) = EAGAIN", "| epoll_pwait()"} {
		assert.Contains(t, first, call)
	}
}

func TestProcessesAreChildren(t *testing.T) {
	f := traceOf(t, "process", "process")
	assert.Equal(t, []string{
		"acceptor: accept4(listener) = c1; clone() = child; close(c1) = 0 | accept4(listener)",
		"process c1: execve() = 0 | read(c1)",
	}, told(f.Steps[0].Lanes))
	last := told(f.Steps[5].Lanes)
	assert.Equal(t, []string{"acceptor: wait4() = child | accept4(listener)", "process c1: read(c1) = 0; close(c1) = 0 | "}, last)
}

func TestPollingNeverWaits(t *testing.T) {
	f := traceOf(t, "polling", "polling")
	assert.Equal(t, []string{"thread: recvfrom(c2) = 5; sendto(c2) = 5 | again accept4(listener) = EAGAIN; recvfrom(c1) = EAGAIN; recvfrom(c2) = EAGAIN"}, told(f.Steps[2].Lanes))
	assert.Equal(t, []string{"thread: recvfrom(c1) = 0; close(c1) = 0 | accept4(listener)"}, told(f.Steps[5].Lanes), "with nobody there it waits")
}

func TestEventsLooksAroundByTheClock(t *testing.T) {
	f := traceOf(t, "events", "events")
	assert.Equal(t, []string{"loop: recvfrom(c2) = 5; sendto(c2) = 5 | again poll(listener, c1, c2) = 0; accept4(listener) = EAGAIN; recvfrom(c1) = EAGAIN; recvfrom(c2) = EAGAIN"}, told(f.Steps[2].Lanes))
}

func TestAPoolOfTwo(t *testing.T) {
	f := traceOf(t, "threadpool", "threadpool")
	assert.Equal(t, []string{"acceptor:  | accept4(listener)", "thread c1:  | futex()", "thread c2:  | futex()"}, told(f.Start))
	assert.Equal(t, "thread c2: futex() = 0 | read(c2)", told(f.Steps[1].Lanes)[2])
}

func TestEveryModelComesToRest(t *testing.T) {
	if testing.Short() {
		t.Skip("starts every service")
	}
	programs := map[string][]string{"threadingserver": {"socketserver", "-mixin", "threading"}, "forkingserver": {"socketserver", "-mixin", "forking"}}
	for _, model := range models.Names() {
		p := programs[model]
		if p == nil {
			p = []string{model}
		}
		f, err := Run(t.Context(), Config{Model: model, Program: program(t, p[0]), Args: p[1:], Schedule: arrivals})
		if err != nil && strings.Contains(err.Error(), "unsupported here") {
			continue
		}
		require.NoError(t, err, model)
		require.Len(t, f.Steps, len(arrivals), model)
		var text bytes.Buffer
		f.Write(&text)
		assert.Contains(t, text.String(), "  3  c2 sends 5 bytes\n", model)
		for _, s := range f.Steps {
			m, _ := models.Find(model)
			assert.True(t, len(s.Waiting) == 0 || m.Single, "%s: %v", model, s)
			assert.NotEmpty(t, s.Lanes, model)
		}
	}
}

func TestWhatCantBeTraced(t *testing.T) {
	run := func(ctx context.Context, program string, args ...string) error {
		_, err := Run(ctx, Config{Model: "epoll", Program: program, Args: args, Schedule: arrivals})
		return err
	}
	ended := run(t.Context(), program(t, "epoll"), "-backlog", "0")
	assert.ErrorContains(t, ended, "the service has ended: epoll: -backlog: 0 is less than 1")
	assert.ErrorContains(t, run(t.Context(), "/nowhere"), "no such file")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, run(ctx, program(t, "epoll")), context.Canceled)
}
