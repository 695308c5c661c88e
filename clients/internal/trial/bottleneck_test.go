package trial

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
)

// answers are clients of a server that answers rightly until its client is slower.
type answers struct{ wrong, slower bool }

func (a *answers) Slice(_, measure time.Duration) (engine.Slice, error) {
	s := engine.Slice{Requests: 1000, Total: 1000, Seconds: measure.Seconds(), Answering: 2}
	if a.wrong && a.slower {
		s.Errors = engine.Errors{Mismatch: 1, First: "connection 1, offset 7: expected 0x41, got 0x40"}
	}
	return s, nil
}

func (a *answers) Spin(d time.Duration) error { a.slower = d > 0; return nil }

func (*answers) Check(context.Context, time.Duration) (int, error) { return 2, nil }
func (*answers) Close()                                            {}

func TestAWrongReplyToASlowerClientIsOneInTheWindow(t *testing.T) {
	ask := func(contender *answers) result.Record {
		trial := Trial{bench: &Bench{bounds: map[bound]finding{}}, contender: &Unit{}, reference: &Unit{}}
		rec := result.Record{Model: "thread", Outcome: result.OK, Contender: result.Side{Service: "thread"}}
		e := experiment.Experiment{Name: "throughput", Saturates: true}
		c := experiment.Cell{Connections: 2, Window: 10 * time.Millisecond}
		require.NoError(t, trial.bottleneck(context.Background(), e, contender, &answers{}, c, &rec))
		return rec
	}
	rec := ask(&answers{})
	assert.Equal(t, result.OK, rec.Outcome)
	assert.Empty(t, rec.Contender.ClientBound)

	rec = ask(&answers{wrong: true})
	assert.Equal(t, result.Withheld, rec.Outcome)
	assert.Regexp(t, `^thread: \d+ connections failed under load: connection 1, offset 7`, rec.Reason)
	assert.Equal(t, rec.Reason, rec.Contender.Untrue)
	assert.Positive(t, rec.Contender.Errors.Mismatch)
}
