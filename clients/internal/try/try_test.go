package try

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/conformance"
	"c10klab/clients/internal/pin"
	"c10klab/services/protocol"
)

// stand is three services that stand in for real ones.
type stand struct {
	committed, twin, yours *fake
	config                 Config
	out                    bytes.Buffer
}

func newStand(t *testing.T, model string) *stand {
	s := &stand{committed: newFake(t, Committed, model), twin: newFake(t, Twin, model), yours: newFake(t, Yours, model)}
	cases, err := conformance.Select([]protocol.App{protocol.Echo}, "whole|lockstep|two-clients")
	require.NoError(t, err)
	s.config = Config{
		Cases: cases, Rounds: 2, Factor: 0.5, Seed: 7, Pinning: pin.Choice{Client: -1, Servers: []int{0}},
		Network: "loopback", Wait: 10 * time.Second,
	}
	return s
}

func (s *stand) run(ctx context.Context) error {
	s.config.Committed, s.config.Twin, s.config.Yours = s.committed.target(), s.twin.target(), s.yours.target()
	s.config.Out = &s.out
	return Run(ctx, s.config)
}

func TestTableOfPairedRounds(t *testing.T) {
	s := newStand(t, "goroutine")
	require.NoError(t, s.run(t.Context()), s.out.String())
	out := s.out.String()
	assert.Contains(t, out, "yours keeps the contract: 3 cases of echo")
	assert.Regexp(t, `(?m)^ goroutine +committed +yours +yours/committed$`, out)
	for _, row := range []string{"replies/s at 64", "CPU us/request at 64", "response us at 1"} {
		assert.Regexp(t, `(?m)^ `+row+` .* too few rounds$`, out)
	}
	assert.Equal(t, 2, s.yours.asked("restart"), "a fresh process a round")
	assert.Equal(t, 2, s.twin.asked("restart"))
	assert.Equal(t, 4, s.committed.asked("restart"), "a fresh one beside each of them")
	for _, f := range []*fake{s.committed, s.twin, s.yours} {
		assert.Equal(t, "stop", f.doings[0], "who takes no part is stopped from the start")
		assert.Equal(t, "stop", f.doings[len(f.doings)-1])
		assert.Equal(t, f.asked("restart")+1, f.asked("stop"))
		assert.Zero(t, f.asked("STOP"), "what runs only when it is asked is not held")
	}
}

func TestBrokenContractStopsAtItsFirstCase(t *testing.T) {
	s := newStand(t, "epoll")
	s.yours.corrupt = true
	err := s.run(t.Context())
	require.ErrorIs(t, err, ErrContract)
	assert.ErrorContains(t, err, "yours breaks the contract, so it is not measured: echo/whole: ")
	assert.Contains(t, s.out.String(), "echo/whole failed: what is sent comes back\n")
	assert.NotContains(t, s.out.String(), "lockstep")
	assert.NotContains(t, s.out.String(), "committed")
	assert.Zero(t, s.yours.asked("restart")+s.committed.asked("restart"), "nothing is measured")
}

func TestCommittedFaultIsNamed(t *testing.T) {
	s := newStand(t, "epoll")
	s.committed.corrupt = true
	assert.ErrorContains(t, s.run(t.Context()), "committed: roll call")
}

func TestDeathIsNamed(t *testing.T) {
	s := newStand(t, "epoll")
	s.yours.dieAt = 2
	err := s.run(t.Context())
	assert.ErrorContains(t, err, "yours (epoll) has ended (died): exit status 3; its last line: its last words")
	assert.NotContains(t, s.out.String(), "replies/s", "no table of half a try")
}

func TestWhoNeverComesUpIsNamed(t *testing.T) {
	s := newStand(t, "epoll")
	s.yours.state = protocol.Died
	assert.ErrorContains(t, s.run(t.Context()), "yours (epoll) has ended (died): exit status 3")
	s = newStand(t, "proactor")
	s.twin.state = protocol.Unsupported
	assert.ErrorContains(t, s.run(t.Context()), "twin (proactor) is unsupported here: its last words")
	s = newStand(t, "epoll")
	s.yours.state, s.config.Wait = protocol.Starting, time.Millisecond
	assert.ErrorContains(t, s.run(t.Context()), "yours never came up")
	s = newStand(t, "epoll")
	s.yours.state = protocol.Starting
	s.config.Problem = func(name string) error { return errors.New("the meter of " + name + " has ended") }
	assert.ErrorContains(t, s.run(t.Context()), "yours: the meter of yours has ended")
}

// A model that runs unasked: one of the two is held whenever the other is asked.
func TestRestlessModelsAreHeldByTurns(t *testing.T) {
	s := newStand(t, "polling")
	s.config.Rounds = 1
	require.NoError(t, s.run(t.Context()), s.out.String())
	for _, f := range []*fake{s.committed, s.twin, s.yours} {
		assert.Positive(t, f.asked("STOP"))
		assert.Positive(t, f.asked("CONT"))
		assert.Zero(t, f.whileHeld, "%s was asked while it was held", f.service.Name)
		assert.False(t, f.held)
	}
}

func TestOneAtATimeIsMeasuredWithOne(t *testing.T) {
	s := newStand(t, "iterative")
	s.config.Rounds = 1
	require.NoError(t, s.run(t.Context()), s.out.String())
	assert.Contains(t, s.out.String(), "replies/s at 1 ")
	assert.Contains(t, s.out.String(), "Both were asked by 1 at a time instead of 64")
}

func TestInterruptedTryShowsWhatItHas(t *testing.T) {
	s := newStand(t, "epoll")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.yours.onRestart = func() {
		if s.yours.count("restart") == 2 {
			cancel()
		}
	}
	require.ErrorIs(t, s.run(ctx), context.Canceled)
	assert.Contains(t, s.out.String(), "1 paired round (stopped; 2 were planned)")
	assert.Equal(t, 3, strings.Count(s.out.String(), "too few rounds"))
	assert.Equal(t, "stop", s.yours.doings[len(s.yours.doings)-1], "what was under way is stopped")
	assert.Equal(t, "stop", s.committed.doings[len(s.committed.doings)-1])
}
