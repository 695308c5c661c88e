package report

import (
	"fmt"
	"math"
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

func (m *made) add(model, experiment string, change func(*result.Record), ratios ...float64) *made {
	for i, ratio := range ratios {
		r := result.Record{
			Version: 1, Round: i + 1, Trial: len(m.run.Records) + 1, Experiment: experiment, Model: model, Twin: model == "epoll",
			Connections: 1, Outcome: result.OK, Ratio: ratio, Metric: result.Response,
		}
		if experiment == "throughput" {
			r.Connections, r.Metric = 64, result.Rate
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
	assert.Contains(t, line(t, text, "thread"), "50 us=", "tied in response time")
	assert.Contains(t, line(t, text, "goroutine"), "= 0.97-1.02", "tied in rate")
	assert.Contains(t, line(t, text, "goroutine"), "61 us ", "not tied in response time")
	assert.Contains(t, line(t, text, "iterative"), "1 of 64")
	assert.Contains(t, text, "Server: 1 CPU (CPU 0); client: CPU 1; loopback.")
	assert.Regexp(t, `This run tells apart what differs by \d\.\d % or more in rate`, text)
	assert.Less(t, strings.Index(text, " iterative "), strings.Index(text, " epoll "), "in the order of telling")
	for l := range strings.SplitSeq(text, "\n") {
		assert.LessOrEqual(t, len(l), 100, l)
	}
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

func TestHerd(t *testing.T) {
	m := newMade("epoll", "thread", "select")
	for i, idle := range []int{0, 100, 900, 5000, 10000} {
		step := func(perIdle float64, ratio float64) func(*result.Record) {
			return func(r *result.Record) {
				r.Idle, r.Trial, r.Ratio = idle, 1, ratio
				r.Contender.Resident = 4e6 + perIdle*float64(idle)
				r.Contender.MemoryKernel = 1e6 + 2048*float64(idle)
			}
		}
		m.add("epoll", "herd", step(204.8, 1), 1)
		m.add("thread", "herd", step(20*1024, 1+0.05*float64(i)), 1)
		if idle <= 900 {
			m.add("select", "herd", step(0, 1+float64(i)), 1)
		} else if idle == 5000 {
			m.add("select", "herd", func(r *result.Record) {
				r.Idle, r.Trial, r.Outcome, r.Reason = 5000, 1, result.Bound, "stops at 1,015: of 5000 clients"
			}, 1)
		}
	}
	s := Summarise(m.run)
	assert.Equal(t, []int{0, 100, 900, 5000, 10000}, s.Herds)
	text := m.text()
	main := text[strings.Index(text, "waits in"):]
	assert.Contains(t, line(t, main, "epoll"), "0.2+2.0")
	assert.Contains(t, line(t, main, "thread"), "20.0+2.0")
	assert.Contains(t, line(t, main, "thread"), "1.20 at 10,000")
	assert.Contains(t, line(t, main, "select"), "stops at 1,015")
	assert.Contains(t, text, "beside N idle")
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
