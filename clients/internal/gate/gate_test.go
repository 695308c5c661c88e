package gate

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/machine"
)

func TestEveryThresholdIsListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "thresholds.go", nil, 0)
	require.NoError(t, err)
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		if decl, ok := n.(*ast.GenDecl); ok && decl.Tok == token.CONST {
			for _, spec := range decl.Specs {
				names = append(names, spec.(*ast.ValueSpec).Names[0].Name)
			}
		}
		return true
	})
	var listed []string
	for _, th := range Thresholds() {
		listed = append(listed, th.Name)
		assert.Positive(t, th.Value, th.Name)
	}
	assert.Equal(t, names, listed, "in their order, none left out")
	assert.Equal(t, "SpinDrift=0.03", Thresholds()[0].String())
	assert.Equal(t, "LoadError=0.02", Thresholds()[3].String())
}

func TestFirst(t *testing.T) {
	assert.Equal(t, "b", First("", "b", "c"))
	assert.Empty(t, First("", ""))
	assert.Empty(t, First())
}

func TestQuiet(t *testing.T) {
	steady := Spin{0.80, 0.81}
	span := machine.Span{Wall: 2 * time.Second, CPUs: 2, Busy: 3 * time.Second, Interrupts: 400 * time.Millisecond, Steal: 30 * time.Millisecond}
	own := 2950 * time.Millisecond
	assert.Empty(t, Quiet(steady, Spin{}, span, own, false))
	assert.Empty(t, Quiet(steady, steady, span, own-400*time.Millisecond, true), "interrupts are nobody's")

	assert.Equal(t, "the client's CPU was not quiet: a spin took +5.0 % after the trial, more than 3 %", Quiet(Spin{1, 1.05}, steady, span, own, false))
	assert.Contains(t, Quiet(steady, Spin{1, 0.9}, span, own, false), "the services' CPU was not quiet: a spin took -10.0 %")
	burnt := span
	burnt.Busy += 100 * time.Millisecond
	assert.Equal(t, "the machine was not quiet: something else used 7.5 % of a CPU, more than 2 %", Quiet(steady, steady, burnt, own, false))
	assert.Contains(t, Quiet(steady, steady, span, own-400*time.Millisecond, false), "something else used 22.5 % of a CPU")
	stolen := span
	stolen.Steal = 200 * time.Millisecond
	assert.Equal(t, "the machine was not quiet: its hypervisor took 5 % of the CPUs' time for others, more than 1 %", Quiet(steady, steady, stolen, own, false))
}

func TestClientBound(t *testing.T) {
	for _, ratio := range []float64{0, 0.97, 0.99, 1, 1.02} {
		assert.Empty(t, ClientBound(ratio), ratio)
	}
	assert.Equal(t, "client-bound: with a client slower by 1µs a reply the rate falls by 12 %, more than 3 %", ClientBound(0.88))
}

func TestSaturated(t *testing.T) {
	of := func(percent int) Busy { return Busy{time.Duration(percent) * time.Millisecond, 100 * time.Millisecond} }
	assert.Empty(t, Saturated(of(97), of(40)))
	assert.Empty(t, Saturated(of(40), of(91)))
	assert.Equal(t, "nobody was the bottleneck: the client was busy for 40 % of the time and the server for 90 %, neither more than 90 %", Saturated(of(40), of(90)))
	assert.NotEmpty(t, Saturated(Busy{}, Busy{}))
}

func TestAnswered(t *testing.T) {
	whole := Roll{"epoll", "active", 64, 64}
	assert.Empty(t, Answered())
	assert.Empty(t, Answered(whole, Roll{"epoll", "idle", 5000, 5000}))
	assert.Equal(t, "select answered 899 of 900 idle connections within 2s after the window", Answered(whole, Roll{"select", "idle", 900, 899}))
}

func TestFair(t *testing.T) {
	honest := engine.Fairness{Jain: 0.99, Mean: 300, Least: 250}
	assert.Empty(t, Fair(honest))
	assert.Empty(t, Fair(engine.Fairness{}), "not known")
	assert.Empty(t, Fair(engine.Fairness{Jain: 0.5, Mean: 4, Silent: 1}), "too few replies to tell")
	assert.Equal(t, "unfair: connections without any reply: 32, where the average had 300", Fair(engine.Fairness{Jain: 0.5, Mean: 300, Silent: 32}))
	assert.Equal(t, "unfair: Jain's index of the connections' replies is 0.87, below 0.9", Fair(engine.Fairness{Jain: 0.87, Mean: 300, Least: 3}))
	assert.Equal(t, "unfair: one connection had 3 replies where the average had 300", Fair(engine.Fairness{Jain: 0.98, Mean: 300, Least: 3}))
}

func TestSent(t *testing.T) {
	assert.Empty(t, Sent(0, 0), "a closed loop plans nothing")
	assert.Empty(t, Sent(990, 1000))
	assert.Equal(t, "of 1000 planned requests 989 were sent in time, less than 99 %: it was no open loop", Sent(989, 1000))
}

func TestLate(t *testing.T) {
	response, lateness := hdrhistogram.New(1, 1e9, 3), hdrhistogram.New(1, 1e9, 3)
	for i := range int64(1000) {
		require.NoError(t, response.RecordValue(100_000))
		late := int64(4_000)
		if i >= 950 {
			late = 40_000
		}
		require.NoError(t, lateness.RecordValue(late))
	}
	at := Percentiles(response, lateness, 50, 90, 99)
	require.Len(t, at, 3)
	withheld := Late(at)
	require.Len(t, withheld, 1)
	assert.InDelta(t, 99, withheld[0].Of, 0)
	assert.Regexp(t, `^at the percentile 99 the client itself was 40\.\d+µs late, of a response time of 100\.\d+µs$`, withheld[0].Reason())
	assert.Empty(t, Percentiles(response, nil, 50), "a closed loop is never late")

	assert.Empty(t, Late([]Percentile{{50, 20 * time.Microsecond, 5 * time.Microsecond}}), "5 us are the timer's")
	assert.NotEmpty(t, Late([]Percentile{{50, 20 * time.Microsecond, 6 * time.Microsecond}}))
	assert.Empty(t, Late([]Percentile{{50, time.Millisecond, 100 * time.Microsecond}}))
}

func TestUnthrottled(t *testing.T) {
	assert.Empty(t, Unthrottled("epoll", 0))
	assert.Equal(t, "epoll was throttled in 3 periods: pin services by cpuset, not by a quota", Unthrottled("epoll", 3))
}

func TestNothingDropped(t *testing.T) {
	before := Counters{Events: map[string]uint64{"ListenDrops": 7, "RetransSegs": 100, "conntrack drop": 0}}
	assert.Empty(t, NothingDropped(before, before))
	assert.Empty(t, NothingDropped(Counters{}, before), "not known before")
	after := Counters{Events: map[string]uint64{"ListenDrops": 9, "RetransSegs": 101, "conntrack drop": 0}}
	assert.Equal(t, "the network dropped or repeated something: the kernel's counters moved, ListenDrops by 2, RetransSegs by 1", NothingDropped(before, after))
}

func TestAProbeThatFoundNothingLostIsNoLoss(t *testing.T) {
	moved := func(again, probes, helped uint64) string {
		at := func(a, b, c uint64) Counters {
			return Counters{Events: map[string]uint64{"RetransSegs": a, "TCPLossProbes": b, "TCPLossProbeRecovery": c}}
		}
		return NothingDropped(at(100, 50, 7), at(100+again, 50+probes, 7+helped))
	}
	assert.Empty(t, moved(12, 12, 0))
	assert.Empty(t, moved(12, 30, 0), "the others sent what was new")
	assert.Empty(t, moved(0, 5, 0))
	assert.Contains(t, moved(12, 12, 1), "RetransSegs by 1", "one helped: a segment was lost")
	assert.Contains(t, moved(13, 12, 0), "RetransSegs by 1", "one was sent again for another reason")
	assert.NotContains(t, moved(13, 12, 0), "Probe")
}

func TestRoomToTrack(t *testing.T) {
	assert.Empty(t, RoomToTrack(Counters{Conntrack: 10}), "no table")
	assert.Empty(t, RoomToTrack(Counters{Conntrack: 249, ConntrackRoom: 1000}))
	assert.Equal(t, "the connection-tracking table held 250 of 1000 entries at the start, not less than 25 %: wait until they expire",
		RoomToTrack(Counters{Conntrack: 250, ConntrackRoom: 1000}))
}

func TestMeterSmall(t *testing.T) {
	assert.Empty(t, MeterSmall("epoll", 0, 0))
	assert.Empty(t, MeterSmall("epoll", 5*time.Millisecond, time.Second))
	assert.Empty(t, MeterSmall("epoll", 2*time.Millisecond, 40*time.Millisecond), "that is what two readings take")
	assert.NotEmpty(t, MeterSmall("epoll", 3*time.Millisecond, 40*time.Millisecond))
	assert.Equal(t, "the meter of epoll took 6ms of CPU beside the 1s that it measured, more than 0.5 %", MeterSmall("epoll", 6*time.Millisecond, time.Second))
}

// measured has that many samples of 1 ms in its histogram, and as many requests.
func measured(t *testing.T, n int64) engine.Measured {
	m := engine.Measured{Requests: uint64(n), Seconds: 1, Latency: hdrhistogram.New(1, int64(10*time.Minute), 3)}
	require.NoError(t, m.Latency.RecordValues(int64(time.Millisecond), n))
	return m
}

func TestSamples(t *testing.T) {
	m := measured(t, 1000)
	assert.Empty(t, Samples(m))
	m.Requests++
	assert.Equal(t, "the histogram holds 1000 samples of 1001 replies", Samples(m))
	m.Planned = 1000
	assert.Empty(t, Samples(m), "an open loop's histogram holds what was planned")
	m.Planned = 1002
	assert.Equal(t, "the histogram holds 1000 samples of 1002 planned requests", Samples(m))
	m.Lost = 3
	assert.Equal(t, "3 samples were too large for their histogram, or negative", Samples(m))
	assert.Empty(t, Samples(engine.Measured{Requests: 5}), "a client without histograms")
}

func TestSteady(t *testing.T) {
	even := func(replies ...uint64) (m engine.Measured) {
		m = measured(t, 10_000)
		for _, n := range replies {
			m.Parts = append(m.Parts, engine.Part{Requests: n, Seconds: 0.05})
		}
		return m
	}
	honest := even(500, 480, 510, 260, 520, 505, 490)
	assert.Empty(t, Steady(honest))
	assert.Empty(t, Steady(engine.Measured{}), "nothing to judge")
	assert.Empty(t, Steady(even(5, 1, 6, 4, 5)), "too few replies to tell")
	assert.Equal(t, "stalled: 4800 replies/s in part 4 of 7, where the median part had 9800", Steady(even(500, 480, 510, 240, 520, 490, 480)))
	assert.Contains(t, Steady(even(0, 0, 0, 0, 900, 900, 900)), "stalled: 0 replies/s in part 1 of 7", "with most parts empty the median is 0")
	few := even(30, 30, 0, 0, 30, 30, 30, 30, 30, 30, 30, 30)
	assert.Contains(t, Steady(few), "stalled: 0 replies/s in part 2 of 6", "so few replies are judged in longer parts")

	honest.Longest = 99 * time.Millisecond
	assert.Empty(t, Steady(honest))
	honest.Longest = 1400 * time.Millisecond
	assert.Regexp(t, `^stalled: one response took 1\.4s, where 99 of 100 took at most 1\.0\d*ms$`, Steady(honest))
	require.NoError(t, honest.Latency.RecordValues(int64(150*time.Millisecond), 5000))
	assert.Empty(t, Steady(honest), "a service that is slow is not one that stalls")
}

func TestFreezeInWhatIsThrownAway(t *testing.T) {
	m := engine.Measured{Requests: 50_000, Total: 60_000, Seconds: 0.5}
	m.Wall = 600 * time.Millisecond
	assert.Empty(t, Steady(m))
	m.Wall = 695 * time.Millisecond
	assert.Empty(t, Steady(m), "one that took no longer than a response may")
	m.Wall = 2 * time.Second
	assert.Equal(t, "stalled: 6667 replies/s in the 1.5s that were loaded and not measured, where the measured parts had 100000", Steady(m))
	m.Wall = 0
	assert.Empty(t, Steady(m), "a client that does not tell")
}
