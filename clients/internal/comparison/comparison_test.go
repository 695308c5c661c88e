package comparison

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/kernelfacts"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/switches"
	"c10klab/clients/internal/target"
	"c10klab/clients/internal/trial"
	"c10klab/services/protocol"
)

func TestMain(m *testing.M) {
	engine.WorkerMain()
	switches.ChildMain()
	kernelfacts.ChildMain()
	_ = os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0") // a child built with -race would sleep for a second before it ends
	os.Exit(m.Run())
}

// stand is a set of fakes and a short run over them.
type stand struct {
	epoll, twin, thread *fake
	config              Config
	out                 *buffer
}

func newStand(t *testing.T, others ...*fake) *stand {
	s := &stand{
		epoll: newFake(t, "epoll", "epoll"), twin: newFake(t, "epoll-twin", "epoll"), thread: newFake(t, "thread", "thread"),
		out: &buffer{},
	}
	s.thread.waits = func(n int) map[string]int { return map[string]int{"read": n, "accept4": 1} }
	s.config = Config{
		Plan:    plan.Options{Name: "quick", Seed: 1, Rounds: 2, Factor: 0.6, Experiments: []string{"latency", "throughput"}},
		Results: t.TempDir(), Network: "loopback", Pinned: errors.New("a test pins nothing"), Wait: 5 * time.Second, Out: s.out, Untimed: true,
		Next: "Next: nothing.",
	}
	for _, f := range append([]*fake{s.thread, s.epoll, s.twin}, others...) {
		s.config.Services = append(s.config.Services, f.service)
		s.config.Targets = append(s.config.Targets, f.target())
	}
	return s
}

// buffer may be written and read by several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// left reads what the run left in its folder.
func (s *stand) left(t *testing.T) result.Run {
	folders, err := filepath.Glob(filepath.Join(s.config.Results, "*"))
	require.NoError(t, err)
	require.Len(t, folders, 1)
	run, err := result.Read(folders[0])
	require.NoError(t, err)
	assert.Empty(t, run.Problems)
	return run
}

// of returns a model's records of an experiment.
func of(run result.Run, model, experiment string) (out []result.Record) {
	for _, r := range run.Records {
		if r.Model == model && r.Experiment == experiment {
			out = append(out, r)
		}
	}
	return out
}

func (s *stand) assertGivenBack(t *testing.T) {
	for _, f := range []*fake{s.epoll, s.twin, s.thread} {
		f.mu.Lock()
		assert.Equal(t, protocol.Serving, f.state, f.service.Name)
		assert.Zero(t, f.lease, f.service.Name)
		assert.Equal(t, []string{""}, f.apps, "%s serves all applications", f.service.Name)
		f.mu.Unlock()
	}
}

func TestRun(t *testing.T) {
	s := newStand(t)
	require.NoError(t, Run(context.Background(), s.config), s.out)
	s.assertGivenBack(t)
	run := s.left(t)
	assert.True(t, run.Manifest.Complete)
	assert.Equal(t, uint64(1), run.Manifest.Plan.Seed)
	assert.Len(t, run.Manifest.Services, 3)
	assert.Equal(t, 12000.0, run.Manifest.Services[0].Found["pids"])
	assert.NotEmpty(t, run.Manifest.Machine.Kernel)
	assert.Len(t, of(run, "thread", "throughput"), 2, "one a round")
	assert.Len(t, of(run, "epoll", "throughput"), 4, "two twins a round")
	assertInOrder(t, run)
	assertPlanted(t, s, run)
	for _, r := range run.Records {
		assert.Equal(t, result.OK, r.Outcome, "%s %s: %s", r.Model, r.Experiment, r.Reason)
		assert.Positive(t, r.Ratio)
		assert.Positive(t, r.Contender.Rate)
		assert.Positive(t, r.Contender.CPU)
		assert.Equal(t, r.Connections, r.Contender.Answering)
		assert.Equal(t, r.Model == "epoll", r.Twin)
		assert.Equal(t, "epoll", r.Reference.Service)
		if r.Experiment == result.Spike { // whose times they are is not known
			continue
		}
		h, err := r.Contender.Decode()
		require.NoError(t, err)
		assert.Equal(t, int64(r.Contender.Requests), h.TotalCount())
	}
	for _, want := range []string{"verified thread", "rank     round 2 of 2", "First figures", "read x64", "Results: " + run.Path, "Next: nothing."} {
		assert.Contains(t, s.out.String(), want)
	}
	for line := range bytes.Lines([]byte(s.out.String())) {
		assert.NotContains(t, string(line), "\r", "no terminal, no carriage return")
		assert.LessOrEqual(t, len(line), 101)
	}
}

func TestClaimIsUnderALease(t *testing.T) {
	s := newStand(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var lease time.Duration
	s.thread.onRestart = func(n int) {
		if n == 1 {
			lease = s.thread.lease
			cancel()
		}
	}
	require.ErrorIs(t, Run(ctx, s.config), context.Canceled)
	assert.GreaterOrEqual(t, lease, trial.Lease, "another run would see that the services are taken")
}

// assertInOrder says that the trials were made as the manifest lists them.
func assertInOrder(t *testing.T, run result.Run) {
	t.Helper()
	made := 0 // trials
	for _, r := range run.Records {
		if r.Trial > made {
			made++
			require.Equal(t, made, r.Trial)
		}
		require.Equal(t, made, r.Trial, "a record after those of a later trial")
		assert.True(t, strings.HasSuffix(run.Manifest.Plan.Order[made-1], fmt.Sprintf(" %d %s", r.Round, r.Model)), "trial %d: %+v", made, run.Manifest.Plan.Order)
	}
	assert.Len(t, run.Manifest.Plan.Order, made)
}

// The order is laid down before the first trial; that trials are made in it is TestRun's.
func TestSameSeedSameOrder(t *testing.T) {
	orderOf := func(seed uint64) []string {
		s := newStand(t)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		s.config.Plan.Seed, s.config.Plan.Rounds = seed, 20
		s.epoll.onRestart = func(n int) {
			if n == 2 { // the first trial
				cancel()
			}
		}
		require.ErrorIs(t, Run(ctx, s.config), context.Canceled)
		return s.left(t).Manifest.Plan.Order
	}
	one := orderOf(1)
	assert.GreaterOrEqual(t, len(one), 20*3)
	assert.Equal(t, one, orderOf(1))
	assert.NotEqual(t, one, orderOf(2))
}

func TestInterruptedRunKeepsWhatItHas(t *testing.T) {
	s := newStand(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.config.Plan.Rounds = 50
	s.thread.onRestart = func(n int) {
		if n == 3 { // the claim, and a trial
			cancel()
		}
	}
	err := Run(ctx, s.config)
	assert.ErrorIs(t, err, context.Canceled)
	s.assertGivenBack(t)
	run := s.left(t)
	assert.False(t, run.Manifest.Complete)
	assert.NotEmpty(t, of(run, "thread", "latency"))
	for _, r := range run.Records {
		assert.Equal(t, result.OK, r.Outcome, r.Reason)
	}
	assert.Contains(t, s.out.String(), "The run was interrupted")
	assert.Contains(t, s.out.String(), "read x64")
}

func TestServiceThatDiesIsNamedAndTheRunGoesOn(t *testing.T) {
	s := newStand(t)
	s.config.Plan.Experiments = []string{"latency"}
	s.thread.dieAt = 2 // the first trial
	assert.ErrorIs(t, Run(context.Background(), s.config), ErrIncomplete)
	s.assertGivenBack(t)
	records := of(s.left(t), "thread", "latency")
	require.Len(t, records, 2)
	assert.Equal(t, result.Failed, records[0].Outcome)
	assert.Equal(t, "thread died: SIGKILL; its last line: thread: serving", records[0].Reason)
	assert.Equal(t, "SIGKILL", records[0].Contender.Exit.Signal)
	assert.Equal(t, result.OK, records[1].Outcome, records[1].Reason)
	assert.Contains(t, s.out.String(), "thread, latency with 1: thread died: SIGKILL")
}

func TestLyingLabelIsWithheld(t *testing.T) {
	s := newStand(t)
	s.thread.waits = func(int) map[string]int { return map[string]int{"epoll_pwait": 1} }
	s.config.Plan.Rounds, s.config.Plan.Experiments = 1, []string{"throughput"}
	require.NoError(t, Run(context.Background(), s.config))
	records := of(s.left(t), "thread", "throughput")
	require.NotEmpty(t, records)
	for _, r := range records {
		assert.Equal(t, result.Withheld, r.Outcome)
		assert.Contains(t, r.Reason, "thread: it should wait in read x64 and waits in epoll_pwait")
	}
	assert.Contains(t, s.out.String(), "withheld")
}

func TestServiceThatBreaksTheContractIsNotMeasured(t *testing.T) {
	s := newStand(t)
	s.thread.corrupt = true
	s.config.Plan.Rounds, s.config.Plan.Experiments = 1, []string{"latency"}
	assert.ErrorIs(t, Run(context.Background(), s.config), ErrIncomplete)
	run := s.left(t)
	assert.Empty(t, of(run, "thread", "latency"))
	assert.NotEmpty(t, of(run, "epoll", "latency"))
	assert.NotEmpty(t, run.Manifest.Services[0].Verified.Failed)
	assert.Contains(t, s.out.String(), "thread breaks the contract and is not measured")

	s = newStand(t)
	s.epoll.corrupt = true
	assert.ErrorContains(t, Run(context.Background(), s.config), "it is the reference")
	s.assertGivenBack(t)
}

func TestOneClientAtATimeIsDeclared(t *testing.T) {
	one := newFake(t, "iterative", "iterative")
	one.serves = 1
	one.waits = func(int) map[string]int { return map[string]int{"read": 1} }
	s := newStand(t, one)
	s.config.Plan.Rounds = 1
	require.NoError(t, Run(context.Background(), s.config), s.out)
	run := s.left(t)
	require.Len(t, of(run, "iterative", "throughput"), 1)
	r := of(run, "iterative", "throughput")[0]
	assert.Equal(t, result.Declared, r.Outcome)
	assert.Equal(t, "1 of 64", r.Reason)
	assert.Equal(t, 1, r.Contender.Answering)
	assert.Equal(t, result.OK, of(run, "iterative", "latency")[0].Outcome)
}

func TestServiceThatNeverComesUp(t *testing.T) {
	gone := newFake(t, "goroutine", "goroutine")
	gone.meter.Close()
	s := newStand(t, gone)
	s.config.Wait, s.config.Plan.Rounds, s.config.Plan.Experiments = 200*time.Millisecond, 1, []string{"latency"}
	assert.ErrorIs(t, Run(context.Background(), s.config), ErrIncomplete)
	s.assertGivenBack(t)
	assert.Contains(t, s.out.String(), "goroutine never came up: asked "+gone.meter.URL+"/healthz for")
	assert.Contains(t, s.out.String(), "connection refused")
	assert.NotEmpty(t, of(s.left(t), "thread", "latency"))

	s = newStand(t)
	s.epoll.meter.Close()
	s.config.Wait = 100 * time.Millisecond
	err := Run(context.Background(), s.config)
	assert.ErrorContains(t, err, "epoll never came up")
	assert.ErrorContains(t, err, "it is the reference")
}

func TestSecondRunAtOnceIsRefused(t *testing.T) {
	s := newStand(t)
	s.thread.lease = 42 * time.Second
	err := Run(context.Background(), s.config)
	var busy *trial.BusyError
	require.ErrorAs(t, err, &busy)
	assert.Contains(t, err.Error(), "thread is being measured by another run")
	assert.Contains(t, err.Error(), "free again in 42 s")
	s.thread.mu.Lock()
	defer s.thread.mu.Unlock()
	assert.Zero(t, s.thread.restarts, "the other run is left alone")
	folders, err := os.ReadDir(s.config.Results)
	require.NoError(t, err)
	assert.Empty(t, folders, "a run that never began leaves nothing")
}

func TestServiceWhoseMeterVanishes(t *testing.T) {
	s := newStand(t)
	s.thread.onRestart = func(n int) {
		if n == 2 { // the first trial
			s.thread.vanish()
		}
	}
	s.config.Plan.Experiments = []string{"latency"}
	assert.ErrorIs(t, Run(context.Background(), s.config), ErrIncomplete)
	run := s.left(t)
	for _, r := range of(run, "thread", "latency") {
		assert.Equal(t, result.Failed, r.Outcome)
	}
	assert.Len(t, of(run, "epoll", "latency"), 4)
	assert.Contains(t, s.out.String(), "thread was not given back")
}

func TestResultsFolderThatCannotBeWritten(t *testing.T) {
	s := newStand(t)
	file := filepath.Join(s.config.Results, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, path := range []string{file, filepath.Join(file, "below"), "/proc/results"} {
		s.config.Results = path
		assert.ErrorContains(t, Run(context.Background(), s.config), "results folder: ")
	}
	s.epoll.mu.Lock()
	defer s.epoll.mu.Unlock()
	assert.Zero(t, s.epoll.restarts, "nothing was begun")
}

func TestTimeThatIsTooShort(t *testing.T) {
	s := newStand(t)
	s.config.Time = time.Millisecond
	assert.ErrorContains(t, Run(context.Background(), s.config), "1ms is too short for this plan")
	s.assertGivenBack(t)
}

func TestUnheldLimits(t *testing.T) {
	s := newStand(t)
	s.config.Targets[0].Limits = target.Limits{CPUs: "3", PIDs: 12000, NoFile: 20000}
	s.config.Plan.Rounds, s.config.Plan.Experiments = 1, []string{"latency"}
	require.NoError(t, Run(context.Background(), s.config))
	assert.Equal(t, []string{`cpus: "0", not "3"`, "nofile: none, not 20000"}, s.left(t).Manifest.Services[0].Unheld)
}
