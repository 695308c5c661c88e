package report

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

func printed(m *madeup.Run) string {
	var b strings.Builder
	Summarise(m.Run).Write(&b)
	return b.String()
}

// line returns the last line of the text that begins with that name: the table for a reader in a hurry is the last.
func line(t *testing.T, text, name string) (found string) {
	for l := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(l, " "+name+" ") {
			found = l
		}
	}
	require.NotEmpty(t, found, "no line %s in\n%s", name, text)
	return found
}

// sheet returns the part of the text that begins with these words, up to the next table.
func sheet(t *testing.T, text, about string) string {
	_, after, found := strings.Cut(text, about)
	require.True(t, found, "%s in\n%s", about, text)
	part, _, _ := strings.Cut(after, "\n\n")
	return part
}

func TestTable(t *testing.T) {
	m := madeup.New("epoll", "thread", "goroutine", "iterative")
	m.Add("epoll", "latency", nil, madeup.Twins...).Add("epoll", "throughput", nil, madeup.Twins...)
	m.Add("thread", "latency", nil, 1.00, 1.01, 0.99, 1.00, 1.01, 0.99)
	m.Add("thread", "throughput", nil, 0.70, 0.71, 0.69, 0.70, 0.72, 0.68)
	m.Add("goroutine", "latency", nil, 1.20, 1.21, 1.22, 1.23, 1.21, 1.22)
	m.Add("goroutine", "throughput", nil, 0.97, 1.01, 0.98, 1.02, 0.99, 1.00)
	m.Add("iterative", "throughput", func(r *result.Record) {
		r.Outcome, r.Reason, r.Contender.Waits = result.Declared, "1 of 64", nil
	}, 0, 0)
	words := printed(m)
	assert.Regexp(t, ` 50\.0 +1\.00  100,000/s`, line(t, words, "epoll"))
	assert.Contains(t, line(t, words, "thread"), "0.70  0.68-0.72")
	assert.Contains(t, line(t, words, "thread"), " 50.0=  ", "tied in response time")
	assert.Contains(t, line(t, words, "goroutine"), "= 0.97-1.02", "tied in rate")
	assert.Contains(t, line(t, words, "goroutine"), " 60.7  ", "not tied in response time")
	assert.Contains(t, line(t, words, "iterative"), "1 of 64")
	assert.Contains(t, words, "Server: 1 CPU (CPU 0); client: CPU 1; loopback.")
	assert.Regexp(t, `This run tells apart what differs by \d\.\d % or more in rate`, words)
	assert.Less(t, strings.Index(words, " iterative "), strings.Index(words, " epoll "), "in the order of telling")
	assertNarrow(t, words)
}

func TestFewRoundsRankNothing(t *testing.T) {
	m := madeup.New("epoll", "thread").Add("epoll", "throughput", nil, 1, 1).Add("thread", "throughput", nil, 0.5, 0.5)
	words := printed(m)
	assert.Contains(t, line(t, words, "thread"), "0.50?")
	assert.Contains(t, words, "2 rounds: figures without a rank (?), for an interval takes 6.")
}

func TestNoTwinNoRank(t *testing.T) {
	m := madeup.New("epoll", "thread").Add("thread", "throughput", nil, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
	words := printed(m)
	assert.Contains(t, line(t, words, "thread"), "0.50?")
	assert.Contains(t, line(t, words, "epoll"), "1.00  100,000/s", "its own figures are those beside the others")
	assert.Contains(t, words, "noise is not known")
}

func TestWithheldAndFailedAreSaid(t *testing.T) {
	m := madeup.New("epoll", "thread")
	m.Add("thread", "throughput", func(r *result.Record) { r.Outcome, r.Reason = result.Withheld, "it should wait in read" }, 1, 1)
	m.Add("thread", "latency", func(r *result.Record) { r.Outcome, r.Reason = result.Failed, "thread died: SIGKILL" }, 1)
	m.Run.Manifest.Services[0].Unheld = []string{"pids: none, not 12000"}
	m.Run.Manifest.Absent = []string{"goroutine never came up: refused"}
	m.Run.Manifest.Complete = false
	words := printed(m)
	assert.Contains(t, line(t, words, "thread"), "withheld")
	assert.Contains(t, line(t, words, "thread"), "failed")
	assert.Contains(t, words, "thread: withheld (2 times): it should wait in read.")
	assert.Contains(t, words, "thread: failed: thread died: SIGKILL.")
	assert.Contains(t, words, "goroutine never came up: refused.")
	assert.Contains(t, words, "The run was interrupted")
	assert.Contains(t, words, "Limits of compose.yaml that are not in force here: pids.")
}

func TestHerd(t *testing.T) {
	m := madeup.New("epoll", "poll", "select", "thread")
	for i, idle := range []int{0, 100, 900, 5000} {
		for trial := 1; trial <= 6; trial++ {
			m.Add("epoll", "herd", madeup.Step(trial, idle, 204.8, 0), 1)
			m.Add("poll", "herd", madeup.Step(10+trial, idle, 0, 20+float64(trial)), 1+0.5*float64(i))
		}
		if idle <= 900 {
			m.Add("select", "herd", madeup.Step(20, idle, 0, 30), 1+float64(i))
		}
	}
	m.Add("select", "herd", func(r *result.Record) {
		r.Idle, r.Trial, r.Outcome, r.Reason = 5000, 20, result.Bound, "stops at 1015: of 4100 clients 115 were answered within 5s"
	}, 1)
	words := printed(m)
	herd, main := sheet(t, words, "1 client asks"), sheet(t, words, "rate at 64")
	assert.Regexp(t, `poll +50 +75 +100 +125 +2\.50 +23\.5  21\.0 to 26\.0$`, line(t, herd, "poll"))
	assert.Regexp(t, `epoll +50 +50 +50 +50 +1\.00 +0\.0  0\.0 to 0\.0$`, line(t, herd, "epoll"))
	assert.Regexp(t, `select +50 +100 +150 +stops at 1015 +3\.00 +30\.0$`, line(t, herd, "select"))
	assert.NotContains(t, herd, " thread ", "it was not put to it")
	assert.Contains(t, line(t, main, "epoll"), "  2.2      1.00")
	assert.Contains(t, line(t, main, "select"), "  2.0  to 1,015")
}

func TestMemory(t *testing.T) {
	m := madeup.New("epoll", "process", "thread", "crew")
	for _, idle := range []int{0, 100, 200, 1000} {
		m.Add("thread", "memory", madeup.Step(1, idle, 20*1024, 0), 1)
		processes := func(kind string) func(*result.Record) {
			return func(r *result.Record) {
				madeup.Step(2, idle, 2e6, 0)(r)
				r.Contender.Processes, r.Contender.ResidentKind = float64(idle+2), kind
			}
		}
		m.Add("process", "memory", processes("rss"), 1)
		if idle <= 100 {
			m.Add("crew", "memory", madeup.Step(3, idle, 1e5, 0), 1)
		}
	}
	words := printed(m)
	assert.Contains(t, line(t, words, "thread"), "  22.0")
	assert.Regexp(t, `-$`, line(t, words, "crew"), "two points always make a line")
	assert.Regexp(t, `-$`, line(t, words, "process"))
	assert.Contains(t, words, "process: KB/idle is left out: this kernel does not say which pages")
	for i := range m.Run.Records {
		m.Run.Records[i].Contender.ResidentKind = "pss"
	}
	assert.Contains(t, line(t, printed(m), "process"), "  1955")
}

func TestMemoryOfSomethingElseIsNotShown(t *testing.T) {
	run := func(change func(*result.Record)) string {
		m := madeup.New("epoll", "thread")
		for _, idle := range []int{0, 100, 200, 1000} {
			m.Add("thread", "memory", func(r *result.Record) {
				madeup.Step(1, idle, 20*1024, 0)(r)
				r.Outcome, r.Reason = result.Withheld, "thread: it failed a gate"
				change(r)
			}, 1)
		}
		return printed(m)
	}
	assert.Contains(t, line(t, run(func(*result.Record) {}), "thread"), "  22.0", "noise does not move memory")
	lies := run(func(r *result.Record) { r.Contender.Untrue = r.Reason })
	assert.Regexp(t, `-$`, line(t, lies, "thread"))
	wrong := run(func(r *result.Record) { r.Contender.Errors.Mismatch = 1 })
	assert.Regexp(t, `-$`, line(t, wrong, "thread"))
	assert.Contains(t, wrong, "it failed a gate", "and it is said why")
}

func TestThousand(t *testing.T) {
	m := madeup.New("epoll", "thread", "epolledge", "proactor")
	m.Add("epoll", "thousand", nil, madeup.Twins[:6]...)
	m.Add("thread", "thousand", nil, 0.46, 0.47, 0.45, 0.46, 0.48, 0.44)
	m.Add("epolledge", "thousand", nil, 0.97, 1.01, 0.98, 1.02, 0.99, 1.00)
	words := sheet(t, printed(m), "1,000 clients, all asking")
	assert.Contains(t, line(t, words, "thread"), "0.46  0.44-0.48")
	assert.Contains(t, line(t, words, "epolledge"), "= 0.97-1.02", "tied, by the noise of this block's own twins")
	assert.Regexp(t, `1\.00  100,\d00/s`, line(t, words, "epoll"))
	assert.NotContains(t, words, "proactor")
	assert.Regexp(t, `Told apart here is what differs by \d\.\d % or more`, words)
}

func TestUnsupportedIsARowOfItsOwn(t *testing.T) {
	m := madeup.New("epoll", "proactor", "select").Add("epoll", "throughput", nil, 1, 1)
	why := "unsupported here: io_uring is blocked by the container's seccomp profile (operation not permitted), and no other way was found"
	m.Run.Manifest.Services[1].Unsupported = why
	m.Add("select", "throughput", func(r *result.Record) { r.Outcome, r.Reason = result.Unsupported, "unsupported here: no select" }, 1)
	words := printed(m)
	assert.Contains(t, line(t, words, "proactor"), " proactor  unsupported here: io_uring is blocked by the container's")
	assert.Contains(t, strings.Join(strings.Fields(words), " "), why, "whole, on more than one line")
	assert.Contains(t, line(t, words, "select"), "unsupported here: no select")
	assertNarrow(t, words)
}

func assertNarrow(t *testing.T, text string) {
	for l := range strings.SplitSeq(text, "\n") {
		assert.LessOrEqual(t, len(l), 80, "it fits into a narrow terminal, and into 100 columns behind compose's prefix: %s", l)
	}
}

func TestEmptyRun(t *testing.T) {
	words := printed(madeup.New("epoll"))
	assert.Contains(t, line(t, words, "epoll"), "-")
	assert.NotContains(t, words, "NaN")
	assert.True(t, math.IsNaN(Summarise(madeup.New("epoll").Run).Rows[0].Own))
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		assert.Equal(t, want, Thousands(n), fmt.Sprint(n))
	}
}
