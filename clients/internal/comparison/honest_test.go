package comparison

import (
	"context"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/machine"
	"c10klab/clients/internal/probe"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/trial"
)

// users are the clients of each side.
const users = 8

// honest is what a client measures of a steady server: 8 users, each of whom waits 1.6 ms for a reply.
func honest() (m engine.Measured) {
	const replies, each = 8000, 1600 * time.Microsecond
	m.Requests, m.Total, m.Seconds = replies, replies*5/4, (replies / users * each).Seconds()
	m.Wall, m.ClientCPU = 2*time.Second, 1950*time.Millisecond
	m.Answering, m.Fairness = users, engine.Fairness{Jain: 1, Mean: replies / users, Least: replies / users}
	m.Latency, m.Longest = hdrhistogram.New(1, int64(time.Minute), 3), each
	_ = m.Latency.RecordValues(int64(each), replies)
	m.Service = m.Latency
	for range engine.Parts {
		m.Parts = append(m.Parts, engine.Part{Requests: replies / engine.Parts, Seconds: m.Seconds / engine.Parts})
	}
	return m
}

// open is the same of an open loop, that kept to its plan.
func open(m engine.Measured) engine.Measured {
	m.Planned, m.Sent = m.Requests, m.Requests
	m.Lateness = hdrhistogram.New(1, int64(time.Minute), 3)
	_ = m.Lateness.RecordValues(int64(2*time.Microsecond), int64(m.Planned))
	return m
}

// deviations are measurements that one gate each must find; the first are honest. A stall (9) is not among them: it has the
// whole trial made again, which tests of its own show. 0 and 1 are not about one measurement, nor is 2.
var deviations = []struct {
	load   string
	reason string // empty: all gates pass
	of     func(m *engine.Measured, lost *uint64)
}{
	{"closed, honest", "", func(*engine.Measured, *uint64) {}},
	{"open, honest", "", func(m *engine.Measured, _ *uint64) { *m = open(*m) }},
	{"3: nobody is busy", "nobody was the bottleneck", func(m *engine.Measured, _ *uint64) { m.ClientCPU /= 2 }},
	{"4: the books are wrong", "Little's law", func(m *engine.Measured, _ *uint64) { m.Overhang = 300 * time.Millisecond }},
	{"5: one is starved", "unfair: ", func(m *engine.Measured, _ *uint64) { m.Fairness.Silent = 1 }},
	{"6: the plan was not kept", "it was no open loop", func(m *engine.Measured, _ *uint64) { *m = open(*m); m.Sent -= m.Sent / 50 }},
	{"7: a segment was lost", "the network dropped or repeated something", func(_ *engine.Measured, lost *uint64) { *lost++ }},
	{"8: a sample was lost", "too large for their histogram", func(m *engine.Measured, _ *uint64) { m.Lost = 1 }},
}

// quiet is a machine on which nothing else ever happens, but what a test has its network lose.
func quiet(lost *uint64) *trial.Machine {
	return &trial.Machine{
		Probe: func(int, int) probe.Reading { return probe.Reading{Client: 0.8, Server: 0.8} },
		Usage: func() (machine.Usage, error) { return machine.Usage{}, nil },
		Counters: func() (gate.Counters, error) {
			return gate.Counters{Events: map[string]uint64{"RetransSegs": 7 + *lost}, Conntrack: 1, ConntrackRoom: 100}, nil
		},
	}
}

// The whole way through all ten gates at once: verified (1), waiting where it should (2), its rate tested with a slower client
// (3), every connection answered before and after (5), and measurements of which the clock is made up. What is honest passes
// everything; of the others each differs in one thing, and that one is found.
func TestHonestTrialOnAQuietMachinePassesAllGates(t *testing.T) {
	t.Parallel()
	s, lost := asking(t, experiment.Experiment{Metric: result.Rate, Saturates: true}), new(uint64)
	s.config.Untimed, s.config.Machine = false, quiet(lost)
	s.config.Services, s.config.Targets = s.config.Services[:2], s.config.Targets[:2] // no twin
	s.pinned(t)
	for _, f := range []*fake{s.thread, s.epoll} {
		f.onEcho = func() { time.Sleep(time.Millisecond) } // who is limited by that is not limited by its client
	}
	own := s.config.Plan.Load
	own.Cells = nil
	for _, d := range deviations {
		own.Cells = append(own.Cells, experiment.Cell{Connections: users, Window: 20 * time.Millisecond, Load: d.load})
	}
	own.Load = func(_ context.Context, _ *engine.Engine, _ experiment.Sides, c experiment.Cell) (engine.Paired, error) {
		p := engine.Paired{Contender: honest(), Reference: honest(), Ratio: 1, Slices: 64}
		for _, d := range deviations {
			if d.load == c.Load {
				d.of(&p.Contender, lost)
			}
		}
		return p, nil
	}
	require.NoError(t, Run(context.Background(), s.config), s.out)
	run := s.left(t)
	records := of(run, "thread", "own")
	require.Len(t, records, len(deviations))
	for i, r := range records {
		d := deviations[i]
		assert.Empty(t, r.Disturbed, "0: the machine is quiet")
		assert.Empty(t, r.Rerun)
		assert.NotNil(t, r.Contender.Waits, "2: it was looked at")
		assert.Equal(t, users, r.Contender.Answering)
		if d.reason == "" {
			assert.Equal(t, result.OK, r.Outcome, "%s: %s", d.load, reasons(r))
			assert.Empty(t, reasons(r), d.load)
			assert.Empty(t, r.Contender.ClientBound, d.load)
			assert.Positive(t, r.Contender.Latency.P99, "6: no percentile is withheld")
			continue
		}
		assert.Equal(t, result.Withheld, r.Outcome, d.load)
		assert.Contains(t, r.Reason, d.reason, d.load)
		assert.Empty(t, r.Also, "%s: nothing but that is wrong", d.load)
	}
	assert.NotEmpty(t, records[0].Spun, "3: it was asked with a slower client")
	for _, p := range run.Manifest.Services {
		assert.Positive(t, p.Verified.Passed, "1: %s was verified", p.Name)
		assert.Empty(t, p.Verified.Failed)
	}
}
