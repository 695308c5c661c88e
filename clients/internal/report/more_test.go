package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

func TestFullRunInText(t *testing.T) {
	words := printed(madeup.Full())
	assertNarrow(t, words)
	assert.NotContains(t, words, "NaN")
	assert.Regexp(t, `process +41,400  40,400 to 42,400`, line(t, sheet(t, words, "capacity: open loop, Poisson."), "process"))
	assert.Regexp(t, `process +2,000 +25\.\d`, line(t, sheet(t, words, "At each step of capacity"), "process"))
	churn := sheet(t, words, "churn: visits")
	assert.Regexp(t, `process +0\.05  0\.0\d-0\.05`, line(t, churn, "process"))
	stops := sheet(t, words, "The most clients that were answered")
	assert.Regexp(t, `process +3,987 +EAGAIN`, line(t, stops, "process"))
	assert.Regexp(t, `select +1,015 +-`, line(t, stops, "select"))
	assert.Regexp(t, `epoll +- +- +20,000`, line(t, stops, "epoll"))
	assert.Contains(t, line(t, words, "select"), "to 1,015", "its bound stands in the table for a reader in a hurry")
	assert.Contains(t, words, "What people say: ")
	assert.Contains(t, words, "switching-costs: confirmed (in Go)")
	assert.Contains(t, words, "Without a figure in this run")
}

func TestWhatOnlyAnExperimentMeasures(t *testing.T) {
	m := madeup.New("epoll", "thread")
	for i, v := range []float64{100, 110, 120, 130, 140, 150} {
		m.Add("thread", "burst", func(r *result.Record) {
			r.Round, r.Metric, r.Ratio, r.Connections, r.Load = i+1, result.Figures, 0, 1000, "a burst; backlog 5"
			r.Contender, r.Reference = result.Side{}, result.Side{}
			r.Figures, r.Notes = map[string]float64{"connect_p99_us": v, "retries": 3}, map[string]string{"errno": "EAGAIN"}
		}, 1)
	}
	m.Add("function call", "switch", func(r *result.Record) {
		r.Metric, r.Ratio, r.Connections = result.Figures, 0, 0
		r.Contender, r.Reference, r.Figures = result.Side{}, result.Side{}, map[string]float64{"switches_per_s": 1.5e9}
	}, 1)
	m.Add("thread", "switch", func(r *result.Record) {
		r.Outcome, r.Reason, r.Connections, r.Ratio = result.Unsupported, "unsupported here: no such call", 0, 0
	}, 1)
	words := printed(m)
	burst := sheet(t, words, "burst: a burst; backlog 5.")
	assert.Contains(t, burst, "connect p99, us")
	assert.Regexp(t, `thread +125  100 to 150 +3`, line(t, burst, "thread"))
	switches := sheet(t, words, "switch.")
	assert.Contains(t, line(t, switches, "function call"), "1,500,000,000")
	assert.Contains(t, line(t, switches, "thread"), "unsupported here: no such call")

	lines := read(t, m)
	var found bool
	for _, l := range lines {
		if l["figure"] == "connect_p99_us" {
			found = true
			assert.Equal(t, "125", l["figure_median"])
			assert.Equal(t, "thread", l["model"])
			assert.Equal(t, "a burst; backlog 5", l["load"])
			assert.Empty(t, l["ratio_median"])
		}
	}
	assert.True(t, found)
	assert.Equal(t, "1500000000", figureLine(lines, "switches_per_s")["figure_median"], "of what is no model, too")
}

func figureLine(lines []map[string]string, name string) map[string]string {
	for _, l := range lines {
		if l["figure"] == name {
			return l
		}
	}
	return nil
}

func TestLoadsOfOneExperimentStandApart(t *testing.T) {
	m := madeup.New("epoll", "thread")
	for i, app := range []string{"page", "work"} {
		at := func(r *result.Record) { r.Connections, r.App, r.Metric = 10, app, result.Rate }
		m.Add("thread", "mine", at, 0.5+0.3*float64(i))
	}
	text := markdown(t, m)
	assert.Contains(t, text, "| rate (10, page) |")
	assert.Contains(t, text, "| rate (10, work) |")
	assert.Contains(t, squeezed(text), "|thread|0.50?0.50-0.50|10.0|2|0.80?0.80-0.80|6.2|1.25|")
}

func TestTailsNeedSamplesBeyond(t *testing.T) {
	s := Summarise(madeup.Full().Run)
	places := s.TailPlaces()
	assert.Len(t, places, 1)
	for _, tail := range s.Tails(places[0]) {
		last := tail.Curve[len(tail.Curve)-1].Percent
		assert.GreaterOrEqual(t, float64(tail.Samples)*(100-last)/100, float64(needed)-1e-6, tail.Model)
		for i := 1; i < len(tail.Curve); i++ {
			assert.GreaterOrEqual(t, tail.Curve[i].Us, tail.Curve[i-1].Us)
		}
	}
	for _, p := range s.TailBand(places[0]) {
		assert.LessOrEqual(t, p.Low, p.High)
	}
}

func TestManifestIsWhole(t *testing.T) {
	m := madeup.Full()
	m.Run.Manifest.Plan.Order = []string{"rank 1 epoll", "rank 1 thread"}
	text := markdown(t, m)
	assert.Contains(t, text, "\n## Manifest\n")
	assert.Contains(t, text, "- seed of the order: 1\n")
	s := Summarise(m.Run)
	paths := map[string]string{}
	var order []string
	for _, f := range s.Everything() {
		paths[f.Name] = f.Value
		if strings.HasPrefix(f.Name, "services[") && strings.HasSuffix(f.Name, "].name") {
			order = append(order, f.Value)
		}
	}
	assert.Equal(t, "rank 1 thread", paths["plan.order[1]"])
	assert.Equal(t, "loopback", paths["network"])
	for i, p := range m.Run.Manifest.Services {
		assert.Equal(t, p.Name, order[i], "[2] before [10]")
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.004: "0.004", 0.5: "0.50", 3: "3", 12.34: "12.3", 123.4: "123", 1234.5: "1,235", 1e6: "1,000,000"} {
		assert.Equal(t, want, Number(v))
	}
	for name, want := range map[string]string{"connect_p99_us": "connect p99, us", "capacity_per_s": "capacity, /s", "stops_at": "stops at", "max_ms": "max, ms"} {
		assert.Equal(t, want, label(name))
	}
}

func TestLedgerInMarkdown(t *testing.T) {
	text := markdown(t, madeup.Full())
	assert.Contains(t, text, "\n## What people say\n")
	assert.Contains(t, text, "about 18 %")
	assert.Contains(t, text, "switching-costs: confirmed (in Go)")
}
