package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// made builds a run by hand: what each model's ratios are, round by round.
type made struct{ run result.Run }

func newMade(models ...string) *made {
	m := &made{}
	m.run.Manifest = result.Manifest{
		Complete: true, Network: "loopback", Pinning: pin.Choice{Client: 1, Servers: []int{0}}, Plan: result.Plan{Seed: 1},
	}
	for _, name := range models {
		m.run.Manifest.Services = append(m.run.Manifest.Services, result.Participant{Service: target.Service{Name: name, Model: name}})
	}
	return m
}

// family says of which family the models are.
func (m *made) family(name string, models ...string) {
	for i := range m.run.Manifest.Services {
		if p := &m.run.Manifest.Services[i]; slices.Contains(models, p.Model) {
			p.Family = name
		}
	}
}

func (m *made) add(model, experiment string, change func(*result.Record), ratios ...float64) *made {
	for i, ratio := range ratios {
		round := i + 1
		if len(ratios) > 6 { // two twins a round
			round = i/2 + 1
		}
		r := result.Record{
			Version: 1, Round: round, Trial: len(m.run.Records) + 1, Experiment: experiment, Model: model, Twin: model == "epoll",
			Connections: 1, Outcome: result.OK, Ratio: ratio, Metric: result.Response,
		}
		switch experiment {
		case "throughput":
			r.Connections, r.Metric = 64, result.Rate
		case "thousand":
			r.Connections, r.Metric = 1000, result.Rate
		}
		r.Contender = result.Side{Service: model, Rate: 100_000 * ratio, CPU: 5 / ratio, Latency: result.Latency{P50: 50 * ratio}}
		r.Contender.Waits = &protocol.Waits{Serving: map[string]int{"epoll_pwait": 1}}
		r.Reference = result.Side{Service: "epoll", Rate: 100_000, CPU: 5, Latency: result.Latency{P50: 50}}
		if change != nil {
			change(&r)
		}
		m.run.Records = append(m.run.Records, r)
	}
	return m
}

func (m *made) text() string {
	var b strings.Builder
	Summarise(m.run).Write(&b)
	return b.String()
}

// line returns the line of the text that begins with that name.
func line(t *testing.T, text, name string) string {
	for l := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(l, " "+name+" ") {
			return l
		}
	}
	require.Fail(t, "no line", "%s in\n%s", name, text)
	return ""
}

var twins = []float64{1.01, 0.99, 1.02, 0.98, 1.00, 1.01, 0.99, 1.00, 1.01, 0.99, 1.02, 0.98}

func TestTable(t *testing.T) {
	m := newMade("epoll", "thread", "goroutine", "iterative")
	m.add("epoll", "latency", nil, twins...).add("epoll", "throughput", nil, twins...)
	m.add("thread", "latency", nil, 1.00, 1.01, 0.99, 1.00, 1.01, 0.99)
	m.add("thread", "throughput", nil, 0.70, 0.71, 0.69, 0.70, 0.72, 0.68)
	m.add("goroutine", "latency", nil, 1.20, 1.21, 1.22, 1.23, 1.21, 1.22)
	m.add("goroutine", "throughput", nil, 0.97, 1.01, 0.98, 1.02, 0.99, 1.00)
	m.add("iterative", "throughput", func(r *result.Record) {
		r.Outcome, r.Reason, r.Contender.Waits = result.Declared, "1 of 64", nil
	}, 0, 0)
	text := m.text()
	assert.Contains(t, line(t, text, "epoll"), "1.00  100,000/s")
	assert.Contains(t, line(t, text, "thread"), "0.70  0.68-0.72")
	assert.Contains(t, line(t, text, "thread"), "  50=", "tied in response time")
	assert.Contains(t, line(t, text, "goroutine"), "= 0.97-1.02", "tied in rate")
	assert.Contains(t, line(t, text, "goroutine"), "  61  ", "not tied in response time")
	assert.Contains(t, line(t, text, "iterative"), "1 of 64")
	assert.Contains(t, text, "Server: 1 CPU (CPU 0); client: CPU 1; loopback.")
	assert.Regexp(t, `This run tells apart what differs by \d\.\d % or more in rate`, text)
	assert.Less(t, strings.Index(text, " iterative "), strings.Index(text, " epoll "), "in the order of telling")
	assertNarrow(t, text)
}

func TestFewRoundsRankNothing(t *testing.T) {
	m := newMade("epoll", "thread").add("epoll", "throughput", nil, 1, 1).add("thread", "throughput", nil, 0.5, 0.5)
	text := m.text()
	assert.Contains(t, line(t, text, "thread"), "0.50?")
	assert.Contains(t, text, "2 rounds: figures without a rank (?), for an interval takes 6.")
}

func TestNoTwinNoRank(t *testing.T) {
	m := newMade("epoll", "thread").add("thread", "throughput", nil, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
	text := m.text()
	assert.Contains(t, line(t, text, "thread"), "0.50?")
	assert.Contains(t, line(t, text, "epoll"), "1.00  100,000/s", "its own figures are those beside the others")
	assert.Contains(t, text, "noise is not known")
}

func TestWithheldAndFailedAreSaid(t *testing.T) {
	m := newMade("epoll", "thread")
	m.add("thread", "throughput", func(r *result.Record) { r.Outcome, r.Reason = result.Withheld, "it should wait in read" }, 1, 1)
	m.add("thread", "latency", func(r *result.Record) { r.Outcome, r.Reason = result.Failed, "thread died: SIGKILL" }, 1)
	m.run.Manifest.Services[0].Unheld = []string{"pids: none, not 12000"}
	m.run.Manifest.Absent = []string{"goroutine never came up: refused"}
	m.run.Manifest.Complete = false
	text := m.text()
	assert.Contains(t, line(t, text, "thread"), "withheld")
	assert.Contains(t, line(t, text, "thread"), "failed")
	assert.Contains(t, text, "thread: withheld (2 times): it should wait in read.")
	assert.Contains(t, text, "thread: failed: thread died: SIGKILL.")
	assert.Contains(t, text, "goroutine never came up: refused.")
	assert.Contains(t, text, "The run was interrupted")
	assert.Contains(t, text, "Limits of compose.yaml that are not in force here: pids.")
}

// step is one step of a herd: so many idle ones, each of which adds so much.
func step(trial, idle int, bytes, nanoseconds float64) func(*result.Record) {
	return func(r *result.Record) {
		r.Idle, r.Trial = idle, trial
		r.Contender.Resident = 4e6 + bytes*float64(idle)
		r.Contender.MemoryKernel = 1e6 + 2048*float64(idle)
		r.Contender.CPU = 20 + nanoseconds/1000*float64(idle)
	}
}

func TestHerd(t *testing.T) {
	m := newMade("epoll", "poll", "select", "thread")
	for i, idle := range []int{0, 100, 900, 5000} {
		for trial := 1; trial <= 6; trial++ {
			m.add("epoll", "herd", step(trial, idle, 204.8, 0), 1)
			m.add("poll", "herd", step(10+trial, idle, 0, 20+float64(trial)), 1+0.5*float64(i))
		}
		if idle <= 900 {
			m.add("select", "herd", step(20, idle, 0, 30), 1+float64(i))
		}
	}
	m.add("select", "herd", func(r *result.Record) {
		r.Idle, r.Trial, r.Outcome, r.Reason = 5000, 20, result.Bound, "stops at 1015: of 4100 clients 115 were answered within 5s"
	}, 1)
	text := m.text()
	herd, main, _ := strings.Cut(text, "waits in")
	assert.Regexp(t, `poll +50 +75 +100 +125 +2\.50 +23\.5  21\.0 to 26\.0$`, line(t, herd, "poll"))
	assert.Regexp(t, `epoll +50 +50 +50 +50 +1\.00 +0\.0  0\.0 to 0\.0$`, line(t, herd, "epoll"))
	assert.Regexp(t, `select +50 +100 +150 +stops at 1015 +3\.00 +30\.0$`, line(t, herd, "select"))
	assert.NotContains(t, herd, " thread ", "it was not put to it")
	assert.Contains(t, line(t, main, "epoll"), "0.2+2.0")
	assert.Contains(t, line(t, main, "select"), "0.0+2.0")
}

func TestMemory(t *testing.T) {
	m := newMade("epoll", "process", "thread", "crew")
	for _, idle := range []int{0, 100, 200, 1000} {
		m.add("thread", "memory", step(1, idle, 20*1024, 0), 1)
		processes := func(kind string) func(*result.Record) {
			return func(r *result.Record) {
				step(2, idle, 2e6, 0)(r)
				r.Contender.Processes, r.Contender.ResidentKind = float64(idle+2), kind
			}
		}
		m.add("process", "memory", processes("rss"), 1)
		if idle <= 100 {
			m.add("crew", "memory", step(3, idle, 1e5, 0), 1)
		}
	}
	text := m.text()
	assert.Contains(t, line(t, text, "thread"), "20.0+2.0")
	assert.Regexp(t, `-$`, line(t, text, "crew"), "two points always make a line")
	assert.Regexp(t, `-$`, line(t, text, "process"))
	assert.Contains(t, text, "process: KB/idle is left out: this kernel does not say which pages")
	for i := range m.run.Records {
		m.run.Records[i].Contender.ResidentKind = "pss"
	}
	assert.Contains(t, line(t, m.text(), "process"), "1953+2.0")
}

func TestThousand(t *testing.T) {
	m := newMade("epoll", "thread", "epolledge", "proactor")
	m.add("epoll", "thousand", nil, twins[:6]...)
	m.add("thread", "thousand", nil, 0.46, 0.47, 0.45, 0.46, 0.48, 0.44)
	m.add("epolledge", "thousand", nil, 0.97, 1.01, 0.98, 1.02, 0.99, 1.00)
	text, _, _ := strings.Cut(m.text(), "waits in")
	assert.Contains(t, line(t, text, "thread"), "0.46  0.44-0.48")
	assert.Contains(t, line(t, text, "epolledge"), "= 0.97-1.02", "tied, by the noise of this block's own twins")
	assert.Regexp(t, `1\.00  100,\d00/s`, line(t, text, "epoll"))
	assert.NotContains(t, text, "proactor")
	assert.Regexp(t, `Told apart here is what differs by \d\.\d % or more`, text)
}

func TestUnsupportedIsARowOfItsOwn(t *testing.T) {
	m := newMade("epoll", "proactor", "select").add("epoll", "throughput", nil, 1, 1)
	why := "unsupported here: io_uring is blocked by the container's seccomp profile (operation not permitted), and no other way was found"
	m.run.Manifest.Services[1].Unsupported = why
	m.add("select", "throughput", func(r *result.Record) { r.Outcome, r.Reason = result.Unsupported, "unsupported here: no select" }, 1)
	text := m.text()
	assert.Contains(t, line(t, text, "proactor"), " proactor  unsupported here: io_uring is blocked by the container's")
	assert.Contains(t, strings.Join(strings.Fields(text), " "), why, "whole, on more than one line")
	assert.Contains(t, line(t, text, "select"), "unsupported here: no select")
	assertNarrow(t, text)
}

func assertNarrow(t *testing.T, text string) {
	for l := range strings.SplitSeq(text, "\n") {
		assert.LessOrEqual(t, len(l), 80, "it fits into a narrow terminal, and into 100 columns behind compose's prefix: %s", l)
	}
}

func TestEmptyRun(t *testing.T) {
	text := newMade("epoll").text()
	assert.Contains(t, line(t, text, "epoll"), "-")
	assert.NotContains(t, text, "NaN")
	assert.True(t, math.IsNaN(Summarise(newMade("epoll").run).Rows[0].Own))
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		assert.Equal(t, want, thousands(n), fmt.Sprint(n))
	}
}
