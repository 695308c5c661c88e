package comparison

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// asking is a stand whose run has no other experiment than this.
func asking(t *testing.T, e experiment.Experiment) *stand {
	s := newStand(t)
	e.Name, e.About = "own", "an experiment of the test's"
	e.Cells = []experiment.Cell{{Window: time.Millisecond, Load: "a question"}}
	s.config.Plan.Load, s.config.Plan.Experiments, s.config.Plan.Rounds = &e, nil, 1
	return s
}

func TestServiceIsAskedAlone(t *testing.T) {
	var restarts []int
	s := asking(t, experiment.Experiment{Metric: result.Figures, Ask: func(ctx context.Context, s experiment.Subject, c experiment.Cell) (experiment.Answer, error) {
		own, err := s.Engine("own", engine.Options{})
		if err != nil {
			return experiment.Answer{}, err
		}
		again, err := s.Engine("own", engine.Options{})
		if err != nil || own != again {
			return experiment.Answer{}, errors.New("asked again, it is another engine")
		}
		if err := s.Fresh(ctx, "-backlog=5"); err != nil {
			return experiment.Answer{}, err
		}
		group, err := own.Dial(ctx, s.Addr(protocol.Echo), 3)
		if err != nil {
			return experiment.Answer{}, err
		}
		defer group.Close()
		n, err := group.Check(ctx, 5*time.Second)
		if _, read := s.Read(ctx); read != nil {
			err = errors.Join(err, read)
		}
		return experiment.Answer{Figures: map[string]float64{"answered": float64(n)}, Notes: map[string]string{"model": s.Model().Name}}, err
	}})
	s.thread.onRestart = func(n int) { restarts = append(restarts, n) }
	require.NoError(t, Run(context.Background(), s.config), s.out)
	s.assertGivenBack(t)
	run := s.left(t)
	for _, model := range []string{"thread", "epoll"} {
		require.Len(t, of(run, model, "own"), 1, "the reference is asked as the others are")
		r := of(run, model, "own")[0]
		assert.Equal(t, result.OK, r.Outcome, r.Reason)
		assert.InDelta(t, 3, r.Figures["answered"], 0)
		assert.Equal(t, model, r.Notes["model"])
		assert.False(t, r.Twin)
		assert.Empty(t, r.Reference.Service)
	}
	assert.Len(t, restarts, 4, "claimed, fresh, fresh with a flag, given back")
}

func TestAnswersHaveOutcomes(t *testing.T) {
	for want, a := range map[result.Outcome]experiment.Answer{
		result.Withheld:    {Withheld: "the client was late"},
		result.Bound:       {Bound: "stops at 10: EMFILE"},
		result.Unsupported: {Refused: "one CPU"},
	} {
		s := asking(t, experiment.Experiment{Metric: result.Figures, Ask: func(context.Context, experiment.Subject, experiment.Cell) (experiment.Answer, error) {
			return a, nil
		}})
		require.NoError(t, Run(context.Background(), s.config), s.out)
		r := of(s.left(t), "thread", "own")[0]
		assert.Equal(t, want, r.Outcome)
		assert.Equal(t, a.Withheld+a.Bound+a.Refused, r.Reason)
	}
}

func TestAnswerThatFails(t *testing.T) {
	s := asking(t, experiment.Experiment{Metric: result.Figures, Ask: func(_ context.Context, s experiment.Subject, _ experiment.Cell) (experiment.Answer, error) {
		if s.Model().Name == "thread" {
			return experiment.Answer{Figures: map[string]float64{"so_far": 1}}, errors.New("no more")
		}
		return experiment.Answer{}, nil
	}})
	assert.ErrorIs(t, Run(context.Background(), s.config), ErrIncomplete)
	run := s.left(t)
	r := of(run, "thread", "own")[0]
	assert.Equal(t, result.Failed, r.Outcome)
	assert.Contains(t, r.Reason, "no more")
	assert.InDelta(t, 1, r.Figures["so_far"], 0, "what was found is kept")
	assert.Equal(t, result.OK, of(run, "epoll", "own")[0].Outcome, "others are asked all the same")
}

func TestMachineIsAskedWithoutAService(t *testing.T) {
	s := asking(t, experiment.Experiment{Metric: result.Figures, Bare: func(context.Context, experiment.Machine, experiment.Cell) (map[string]experiment.Answer, error) {
		return map[string]experiment.Answer{"thread": {Figures: map[string]float64{"switch_ns": 1000}}, "call": {Figures: map[string]float64{"switch_ns": 1}}}, nil
	}})
	require.NoError(t, Run(context.Background(), s.config), s.out)
	run := s.left(t)
	assert.InDelta(t, 1000, of(run, "thread", "own")[0].Figures["switch_ns"], 0)
	assert.InDelta(t, 1, of(run, "call", "own")[0].Figures["switch_ns"], 0)
	assert.Len(t, run.Records, 2)
}
