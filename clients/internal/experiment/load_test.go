package experiment

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
)

// side answers every slice at once, and writes down that it had it.
type side struct {
	name string
	log  *[]string
	held *bool
}

func (s *side) Slice(_, measure time.Duration) (engine.Slice, error) {
	was := s.name
	if *s.held {
		was += " alone"
	}
	if measure == LongSlice {
		was += ", long"
	}
	*s.log = append(*s.log, was)
	return engine.Slice{Requests: 100, Total: 100, Seconds: measure.Seconds()}, nil
}

func (s *side) Check(context.Context, time.Duration) (int, error) { return 1, nil }

func (s *side) Close() {}

// held is a pair of sides whose contender is stopped, as a trial hands it over.
func held(fail error) (s Sides, log *[]string) {
	log, stopped := &[]string{}, true
	s.Contender, s.Reference = &side{"contender", log, &stopped}, &side{"reference", log, &stopped}
	s.Hold = func(stop bool) error {
		if fail != nil {
			return fail
		}
		stopped = stop
		return nil
	}
	return s, log
}

func TestContenderThatRunsUnaskedIsHeldInTheOthersSlices(t *testing.T) {
	for name, load := range map[string]Load{"slices": slices, "alternate": alternate, "oneOrMany": oneOrMany} {
		s, log := held(nil)
		p, err := load(context.Background(), nil, s, Cell{Connections: 1, Window: time.Nanosecond})
		require.NoError(t, err, name)
		assert.Equal(t, []string{
			"contender, long", "reference alone, long", // the warm-up
			"contender, long", "reference alone, long", "reference alone, long", "contender, long",
		}, *log, name)
		assert.Equal(t, 4, p.Slices, name)
	}
}

func TestHoldThatFailsEndsTheLoad(t *testing.T) {
	s, log := held(errors.New("the meter is gone"))
	_, err := slices(context.Background(), nil, s, Cell{Connections: 1, Window: time.Hour})
	assert.ErrorContains(t, err, "the meter is gone")
	assert.Len(t, *log, 1, "no further slice begins")
}

func TestOthersAreNotHeld(t *testing.T) {
	s, log := held(nil)
	s.Hold = nil
	_, err := slices(context.Background(), nil, s, Cell{Connections: 64, Window: time.Nanosecond})
	require.NoError(t, err)
	assert.Equal(t, "contender alone", (*log)[0], "a slice of the usual length")
	*log = nil
	_, err = slices(context.Background(), nil, s, Cell{Connections: 64, Window: time.Nanosecond, Slice: LongSlice})
	require.NoError(t, err)
	assert.Equal(t, "contender alone, long", (*log)[0])
	_, err = alternate(context.Background(), nil, s, Cell{Connections: 1, Window: time.Nanosecond})
	assert.ErrorContains(t, err, "alternating needs both connections in one engine")
}

func TestLeastIsWhatARoundOfLongSlicesTakes(t *testing.T) {
	assert.Zero(t, Least(false))
	assert.Equal(t, 740*time.Millisecond, Least(true))
}

func TestEveryExperimentIsFound(t *testing.T) {
	for _, name := range Names() {
		e, err := Find(name)
		require.NoError(t, err)
		assert.Equal(t, name, e.Name)
		assert.NotEmpty(t, e.About)
		ways := 0
		for _, is := range []bool{e.Load != nil, e.Ask != nil, e.Bare != nil} {
			if is {
				ways++
			}
		}
		assert.Equal(t, 1, ways, "%s: it is put in one way", name)
		assert.Contains(t, e.Serves(), e.App(), name)
		clients := -1
		for _, c := range e.Cells {
			assert.Positive(t, c.Window, name)
			if e.Load != nil && c.Load == "" {
				assert.Greater(t, c.Clients(), clients, "%s: cells come in the order of their clients", name)
			}
			clients = c.Clients()
		}
	}
	_, err := Find("hurd")
	assert.ErrorContains(t, err, "choose from latency, throughput, thousand, herd, memory")
}
