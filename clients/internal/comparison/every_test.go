package comparison

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// as makes a fake sit where a model does.
func as(t *testing.T, name string) *fake {
	f := newFake(t, name, name)
	m, ok := models.Find(name)
	require.True(t, ok)
	f.serves = m.Serves()
	f.waits = func(clients int) map[string]int { return seats(m, clients) }
	return f
}

// seats are the threads of a model with so many clients.
func seats(m models.Model, clients int) map[string]int {
	sits := map[string]int{}
	for _, s := range m.Seats {
		n := s.Fixed + s.Each*m.Served(clients)
		if s.Pool {
			n = 64
		}
		if s.Free {
			n = 64 - m.Served(clients)
		}
		if n > 0 && !s.Spare {
			sits[s.Calls[0]] += n
		}
	}
	return sits
}

// Every model is verified, measured and told, and what io_uring needs is not there.
func TestEveryModel(t *testing.T) {
	if testing.Short() {
		t.Skip("it verifies 22 services")
	}
	var others []*fake
	for _, name := range models.Names() {
		if name != target.Reference && name != "thread" {
			others = append(others, as(t, name))
		}
	}
	proactor := others[len(others)-1]
	proactor.refuses = "proactor: unsupported here: io_uring blocked by the seccomp profile: operation not permitted"
	s := newStand(t, others...)
	s.config.Plan.Rounds, s.config.Plan.Experiments, s.config.Plan.Factor = 1, []string{"latency", "throughput"}, 0.3
	require.NoError(t, Run(context.Background(), s.config), s.out)
	s.assertGivenBack(t)
	run := s.left(t)
	for _, name := range models.Names() {
		if name == "proactor" {
			continue
		}
		for _, r := range of(run, name, "throughput") {
			want := result.OK
			if name == "iterative" {
				want = result.Declared
			}
			assert.Equal(t, want, r.Outcome, "%s: %s", name, r.Reason)
		}
		assert.NotEmpty(t, of(run, name, "latency"), name)
		assert.Contains(t, s.out.String(), "\n  "+name+" ", "its first figures")
	}
	for _, p := range run.Manifest.Services {
		assert.Equal(t, models.Sizes(p.Model, nil), p.Sizes, p.Name)
	}
}

func TestUnsupportedIsNoFailure(t *testing.T) {
	proactor := as(t, "proactor")
	proactor.refuses = "proactor: unsupported here: io_uring blocked by the seccomp profile: operation not permitted"
	s := newStand(t, proactor)
	s.config.Targets[3].Limits.NoFile = 20000
	s.config.Plan.Rounds, s.config.Plan.Experiments = 1, []string{"latency"}
	require.NoError(t, Run(context.Background(), s.config), s.out)
	run := s.left(t)
	const why = "unsupported here: io_uring blocked by the seccomp profile: operation not permitted"
	assert.True(t, run.Manifest.Complete)
	assert.Empty(t, run.Manifest.Absent)
	require.Len(t, run.Manifest.Services, 4)
	for _, p := range run.Manifest.Services {
		assert.Equal(t, p.Name == "proactor", p.Unsupported == why, "%s: %q", p.Name, p.Unsupported)
		assert.Empty(t, p.Unheld, "what does not run is under no limit")
	}
	assert.Empty(t, of(run, "proactor", "latency"))
	assert.NotEmpty(t, of(run, "thread", "latency"))
	assert.Contains(t, s.out.String(), "\nproactor is "+why+"\n")
	assert.Contains(t, s.out.String(), "\n proactor  unsupported here: io_uring blocked by the seccomp profile")
	proactor.mu.Lock()
	assert.Zero(t, proactor.restarts, "it is left alone")
	proactor.mu.Unlock()

	s = newStand(t)
	s.epoll.refuses = "epoll: unsupported here: no"
	assert.ErrorContains(t, Run(context.Background(), s.config), "epoll is unsupported here: no (it is the reference")
}

// A service may be refused only when it is restarted: then its cells say so, and nothing has failed.
func TestUnsupportedInATrial(t *testing.T) {
	proactor := as(t, "proactor")
	s := newStand(t, proactor)
	proactor.onRestart = func(n int) {
		if n == 2 { // the first trial
			proactor.refuses = "proactor: unsupported here: io_uring: no memory may be locked"
			proactor.hangUp()
		} else {
			proactor.refuses = ""
		}
	}
	s.config.Plan.Rounds, s.config.Plan.Experiments = 1, []string{"latency"}
	require.NoError(t, Run(context.Background(), s.config), s.out)
	records := of(s.left(t), "proactor", "latency")
	require.Len(t, records, 1)
	assert.Equal(t, result.Unsupported, records[0].Outcome)
	assert.Equal(t, "unsupported here: io_uring: no memory may be locked", records[0].Reason)
}

// One that runs unasked is stopped while the reference is measured, and at both readings.
func TestModelThatRunsUnaskedIsStoppedInTheOthersTurn(t *testing.T) {
	polling := as(t, "polling")
	s := newStand(t, polling)
	var beside [2]atomic.Int64 // the reference's replies while polling ran, and while it was stopped
	s.epoll.onEcho = func() {
		polling.mu.Lock()
		defer polling.mu.Unlock()
		if polling.paused {
			beside[1].Add(1)
		} else if polling.restarts == 2 && polling.state == protocol.Serving {
			beside[0].Add(1)
		}
	}
	s.config.Plan.Rounds = 1
	require.NoError(t, Run(context.Background(), s.config), s.out)
	polling.mu.Lock()
	defer polling.mu.Unlock()
	assert.Positive(t, polling.echoes[0])
	assert.Zero(t, polling.echoes[1], "nothing is asked of it while it is stopped")
	assert.False(t, polling.paused, "it is let go in the end")
	assert.Equal(t, 2*4, polling.still, "it stands still at the two readings before each load and at the two after it")
	assert.GreaterOrEqual(t, polling.signals, 2*4, "in both cells: stop, go, stop, go at least")
	assert.Greater(t, beside[1].Load(), 5*beside[0].Load(), "the reference has the CPU to itself, but for the roll calls")
	for _, e := range []string{"latency", "throughput"} {
		records := of(s.left(t), "polling", e)
		require.Len(t, records, 1)
		r := records[0]
		assert.Equal(t, result.OK, r.Outcome, r.Reason)
		assert.Positive(t, r.Ratio)
		assert.Equal(t, 4, r.Slices, "one round of slices: they are longer than the window")
	}
	assert.NotZero(t, s.thread.restarts)
	assert.Zero(t, s.thread.signals, "others are left to wait by themselves")
}
