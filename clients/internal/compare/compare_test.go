package compare

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

// around are six rounds whose median is center.
func around(center float64) []float64 {
	return []float64{0.99 * center, 1.005 * center, center, 0.995 * center, 1.01 * center, center}
}

// quiet is a run whose noise is some 2 %, with one figure of each of these models, by experiment.
func quiet(experiment string, figures map[string]float64) *madeup.Run {
	names := []string{"epoll"}
	for name := range figures {
		names = append(names, name)
	}
	slices.Sort(names)
	m := madeup.New(names...).Add("epoll", experiment, nil, madeup.Twins...)
	for _, name := range names[:] {
		if ratio, ok := figures[name]; ok {
			m.Add(name, experiment, nil, around(ratio)...)
		}
	}
	return m
}

func find(t require.TestingT, c Comparison, model, metric string) Line {
	for _, l := range c.Lines {
		if l.Model == model && l.Metric.ID == metric {
			return l
		}
	}
	require.Fail(t, "no line", "%s %s", model, metric)
	return Line{}
}

func TestAPlantedChangeIsFoundWithItsDirection(t *testing.T) {
	for _, c := range []struct {
		experiment, metric string
		a, b               float64
		want               Verdict
	}{
		{"throughput", "rate_64", 0.7, 0.8, Better},
		{"throughput", "rate_64", 0.8, 0.7, Worse},
		{"throughput", "cpu_64", 0.7, 0.8, Better}, // made up: CPU time is the inverse of the rate
		{"throughput", "cpu_64", 0.8, 0.7, Worse},
		{"latency", "response_1", 1.2, 1.0, Better},
		{"latency", "response_1", 1.0, 1.2, Worse},
		{"thousand", "rate_1000", 0.5, 0.6, Better},
		{"thousand", "rate_1000", 0.6, 0.5, Worse},
		{"throughput", "rate_64", 0.7, 0.707, Within},
		{"throughput", "rate_64", 0.7, 0.7, Within},
	} {
		compared := Of(quiet(c.experiment, map[string]float64{"thread": c.a}).Run, quiet(c.experiment, map[string]float64{"thread": c.b}).Run)
		l := find(t, compared, "thread", c.metric)
		assert.Equal(t, c.want, l.Verdict, "%s %v to %v: %+v", c.metric, c.a, c.b, l)
		assert.Empty(t, l.Why)
		if c.metric != "cpu_64" {
			assert.InEpsilon(t, c.b/c.a, l.Change.Median, 1e-9)
		}
		assert.InDelta(t, 0.9375, l.Change.Coverage, 1e-9)
	}
}

func TestARunComparedWithItselfIsWithinNoise(t *testing.T) {
	c := Of(madeup.All().Run, madeup.All().Run)
	for _, m := range Metrics {
		assert.NotEmpty(t, c.Of(m), m.Name)
	}
	assert.Empty(t, c.Differences)
	assert.Empty(t, c.Shared)
	for _, l := range c.Lines {
		switch l.Model {
		case "iterative":
			assert.Equal(t, l.Metric.ID != "response_1", l.Verdict == NotComparable, "%+v", l)
		default:
			assert.Equal(t, Within, l.Verdict, "%+v", l)
		}
	}
	assert.Zero(t, c.Count(Better)+c.Count(Worse))
	assert.NoError(t, c.Held(0.001))
}

func TestNoiseHidesWhatIsSmaller(t *testing.T) {
	noisy := func(ratio float64) result.Run {
		m := madeup.New("epoll", "thread").Add("epoll", "throughput", nil, 0.7, 1.3, 0.8, 1.2, 0.75, 1.25, 0.7, 1.3, 0.8, 1.2, 1, 1)
		return m.Add("thread", "throughput", nil, around(ratio)...).Run
	}
	l := find(t, Of(noisy(0.7), noisy(0.8)), "thread", "rate_64")
	assert.Greater(t, l.Change.Low, 1.0, "the interval alone would say that there is a change")
	assert.Equal(t, Within, l.Verdict)
	assert.Equal(t, Better, find(t, Of(noisy(0.4), noisy(0.8)), "thread", "rate_64").Verdict)
}

func TestMemory(t *testing.T) {
	holds := func(bytes float64, change func(*result.Record)) result.Run {
		m := madeup.New("epoll", "thread")
		for trial := 1; trial <= 6; trial++ {
			for _, idle := range []int{0, 100, 1000} {
				m.Add("thread", "memory", func(r *result.Record) {
					madeup.Step(trial, idle, bytes+float64(trial), 0)(r)
					if change != nil {
						change(r)
					}
				}, 1)
			}
		}
		return m.Run
	}
	plain := holds(8192, nil)
	l := find(t, Of(plain, holds(4096, nil)), "thread", "memory_idle")
	assert.Equal(t, Better, l.Verdict)
	assert.InDelta(t, 10, l.A.Median, 0.01, "KB, with the kernel's 2")
	assert.Equal(t, Worse, find(t, Of(plain, holds(9192, nil)), "thread", "memory_idle").Verdict)
	assert.Equal(t, Within, find(t, Of(plain, holds(8392, nil)), "thread", "memory_idle").Verdict)
	bare := holds(8192, func(r *result.Record) { r.Contender.MemoryKernel = 0 })
	l = find(t, Of(plain, bare), "thread", "memory_idle")
	assert.Equal(t, NotComparable, l.Verdict)
	assert.Equal(t, "memory is counted otherwise: memory to 1000 idle, resident, with the kernel's part in A, "+
		"memory to 1000 idle, resident, without the kernel's part in B", l.Why)
	shared := holds(8192, func(r *result.Record) { r.Contender.ResidentKind, r.Contender.Processes = "rss", 3 })
	assert.Contains(t, find(t, Of(plain, shared), "thread", "memory_idle").Why, "B: this kernel does not say which pages")
	shrinks := holds(-9000, nil)
	assert.Contains(t, find(t, Of(shrinks, plain), "thread", "memory_idle").Why, "A: the interval reaches 0")
	failed := holds(8192, func(r *result.Record) { r.Outcome, r.Reason = result.Failed, "thread: no room" })
	assert.Equal(t, "B: failed: no room", find(t, Of(plain, failed), "thread", "memory_idle").Why)

	stalled := func(r *result.Record) { r.Outcome, r.Reason = result.Withheld, "thread: stalled" }
	assert.Equal(t, Within, find(t, Of(plain, holds(8192, stalled)), "thread", "memory_idle").Verdict, "noise does not move memory")
	lies := holds(8192, func(r *result.Record) {
		r.Outcome, r.Reason = result.Withheld, "thread: it waits in epoll_pwait"
		r.Contender.Untrue = r.Reason
	})
	assert.Equal(t, "B: withheld: it waits in epoll_pwait", find(t, Of(plain, lies), "thread", "memory_idle").Why)
}

func TestCPUOfOtherAccountingIsRefused(t *testing.T) {
	counted := func(source, irq string) result.Run {
		m := madeup.New("epoll", "thread").Add("epoll", "throughput", nil, madeup.Twins...)
		m.Add("thread", "throughput", func(r *result.Record) {
			r.Contender.CPUSource, r.Reference.CPUSource = source, source
		}, around(0.7)...)
		m.Manifest.Machine.IRQTime = irq
		return m.Run
	}
	a := counted("cgroup v2", "y")
	assert.Equal(t, Within, find(t, Of(a, counted("cgroup v2", "y")), "thread", "cpu_64").Verdict)
	for _, c := range []struct{ source, irq, want string }{
		{"process clocks", "y", "cgroup v2 (interrupt time apart: y) in A, process clocks (interrupt time apart: y) in B"},
		{"cgroup v2", "n", "cgroup v2 (interrupt time apart: y) in A, cgroup v2 (interrupt time apart: n) in B"},
		{"cgroup v2", "", "cgroup v2 (interrupt time apart: y) in A, cgroup v2 (interrupt time apart: unknown) in B"},
	} {
		compared := Of(a, counted(c.source, c.irq))
		l := find(t, compared, "thread", "cpu_64")
		assert.Equal(t, NotComparable, l.Verdict)
		assert.Equal(t, "CPU time is counted otherwise: "+c.want, l.Why)
		assert.Zero(t, l.Change.Rounds)
		assert.Equal(t, Within, find(t, compared, "thread", "rate_64").Verdict, "a rate doesn't depend on it")
	}
	mixed := counted("cgroup v2", "y")
	mixed.Records[len(mixed.Records)-1].Reference.CPUSource = "process clocks"
	assert.Equal(t, "B: counted in several ways within the run: cgroup v2 (interrupt time apart: y), "+
		"cgroup v2 against process clocks (interrupt time apart: y)", find(t, Of(a, mixed), "thread", "cpu_64").Why)
}

func TestWhatHasNoFigureSaysWhy(t *testing.T) {
	a := quiet("throughput", map[string]float64{"thread": 0.7, "process": 0.5})
	b := quiet("throughput", map[string]float64{"thread": 0.7})
	for _, c := range []struct {
		outcome result.Outcome
		reason  string
		want    string
	}{
		{result.Withheld, "crew: it waits in select", "withheld: it waits in select"},
		{result.Failed, "it died", "failed: it died"},
		{result.Declared, "1 of 64", "serves 1 of 64"},
		{result.Bound, "stops at 20: no descriptors", "stops at 20: no descriptors"},
	} {
		one, two := *a, *b
		one.Manifest.Services = append(slices.Clone(a.Manifest.Services), result.Participant{Service: service("crew")})
		two.Manifest.Services = append(slices.Clone(b.Manifest.Services), result.Participant{Service: service("crew")})
		one.Records, two.Records = slices.Clone(a.Records), slices.Clone(b.Records)
		one.Add("crew", "throughput", nil, around(0.6)...)
		two.Add("crew", "throughput", func(r *result.Record) { r.Outcome, r.Reason = c.outcome, c.reason }, around(0.6)...)
		compared := Of(one.Run, two.Run)
		l := find(t, compared, "crew", "rate_64")
		assert.Equal(t, NotComparable, l.Verdict)
		assert.Equal(t, "B: "+c.want, l.Why)
		assert.Equal(t, "A: "+c.want, find(t, Of(two.Run, one.Run), "crew", "rate_64").Why)
		assert.Equal(t, c.want+", in both", find(t, Of(two.Run, two.Run), "crew", "rate_64").Why)
		assert.Equal(t, "B: it was not in the run", find(t, compared, "process", "rate_64").Why)
	}
	unsupported, broken := quiet("throughput", map[string]float64{"thread": 0.7}), quiet("throughput", nil)
	unsupported.Manifest.Services[1].Unsupported = "unsupported here: no ring"
	assert.Equal(t, "B: unsupported here: no ring", find(t, Of(b.Run, unsupported.Run), "thread", "rate_64").Why)
	broken.Manifest.Services = append(broken.Manifest.Services, result.Participant{
		Service: service("thread"), Verified: result.Verified{Failed: []string{"echo/1: lost a byte"}},
	})
	assert.Equal(t, "B: not measured, for it breaks the contract: echo/1: lost a byte", find(t, Of(b.Run, broken.Run), "thread", "rate_64").Why)
}

func service(name string) target.Service { return target.Service{Name: name, Model: name} }

func TestWithoutEnoughRoundsOrTwinsNothingIsSaid(t *testing.T) {
	a := quiet("throughput", map[string]float64{"thread": 0.7}).Run
	few := madeup.New("epoll", "thread").Add("epoll", "throughput", nil, madeup.Twins...).Add("thread", "throughput", nil, 0.5, 0.5).Run
	l := find(t, Of(a, few), "thread", "rate_64")
	assert.Equal(t, Untold, l.Verdict)
	assert.Equal(t, "B: too few rounds for an interval, 2 of 6", l.Why)
	alone := madeup.New("epoll", "thread").Add("thread", "throughput", nil, around(0.5)...).Run
	l = find(t, Of(alone, a), "thread", "rate_64")
	assert.Equal(t, Untold, l.Verdict)
	assert.Contains(t, l.Why, "A: its noise is not known")
}

func TestWhatMostDoIsTheReference(t *testing.T) {
	many := func(times float64) result.Run {
		return quiet("throughput", map[string]float64{"thread": 0.7 * times, "crew": 0.6 * times, "poll": 0.9 * times, "select": 0.8 * times}).Run
	}
	shared := Of(many(1), many(0.8)).Shared
	require.Len(t, shared, 2, "%v", shared)
	assert.Contains(t, shared[0], "4 of 4 models are worse in rate at 64. What they share is the reference, epoll")
	assert.Contains(t, shared[1], "worse in CPU per request at 64")
	assert.Empty(t, Of(many(1), many(1)).Shared)
}

// Two runs of 21 equal contenders: at most one pair in ten shows any change at all, over all of its figures.
func TestEqualContendersSeldomDiffer(t *testing.T) {
	if testing.Short() {
		t.Skip("it resamples the noise of many runs")
	}
	rng := rand.New(rand.NewPCG(21, 9))
	names := []string{"epoll"}
	for i := range 21 {
		names = append(names, string(rune('a'+i)))
	}
	run := func() result.Run {
		m := madeup.New(names...)
		for _, experiment := range []string{"throughput", "latency"} {
			for _, name := range names {
				rounds := 6
				if name == "epoll" {
					rounds = 12
				}
				x := make([]float64, rounds)
				for i := range x {
					x[i] = 1 + 0.03*rng.NormFloat64()
				}
				m.Add(name, experiment, nil, x...)
			}
		}
		return m.Run
	}
	const pairs = 20
	wrong := 0
	for range pairs {
		c := Of(run(), run())
		if c.Count(Better)+c.Count(Worse) > 0 {
			wrong++
		}
	}
	assert.LessOrEqual(t, wrong, pairs/10)
}
