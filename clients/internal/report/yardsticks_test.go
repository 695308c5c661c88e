package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

// beyond adds yardsticks to a run: one that is measured, one that this machine refuses, one that breaks the contract.
func beyond() *madeup.Run {
	m := madeup.New("epoll", "thread").Add("epoll", "thousand", nil, madeup.Twins...).Add("thread", "thousand", nil, 0.50, 0.51, 0.49, 0.50, 0.50, 0.50)
	for name, model := range map[string]string{"c-thread": "thread", "c-epoll": "epoll"} {
		m.Manifest.Services = append(m.Manifest.Services, result.Participant{Service: target.Service{Name: name, Model: name, Yardstick: model}})
	}
	m.Manifest.Services = append(m.Manifest.Services,
		result.Participant{Service: target.Service{Name: "c-uring", Model: "c-uring", Yardstick: "proactor"}, Unsupported: "unsupported here: no ring"},
		result.Participant{Service: target.Service{Name: "c-fork", Model: "c-fork", Yardstick: "process"}, Verified: result.Verified{Failed: []string{"echo/whole: nothing came"}}})
	return m.Add("c-thread", "thousand", nil, 0.70, 0.71, 0.69, 0.70, 0.70, 0.70).Add("c-epoll", "thousand", nil, 1.20, 1.21, 1.19, 1.20, 1.20, 1.20)
}

func TestYardsticksHaveATableOfTheirOwn(t *testing.T) {
	words := printed(beyond())
	assertNarrow(t, words)
	own := sheet(t, words, "Programs in C of some models'")
	assert.Regexp(t, `c-thread +thousand 1,000 +0\.7\d*  0\.69 to 0\.71`, line(t, own, "c-thread"))
	assert.Contains(t, line(t, own, "c-uring"), "unsupported here: no ring")
	assert.Contains(t, line(t, own, "c-fork"), "it breaks the contract")
	assert.NotContains(t, words, "No yardstick in C took part")
	assert.Contains(t, words, "switching-costs: confirmed (the mechanism)")

	s := Summarise(beyond().Run)
	for _, row := range s.Rows {
		assert.NotContains(t, row.Model, "c-", "they are no contenders")
	}
	without := Summarise(madeup.New("epoll", "thread").Add("epoll", "thousand", nil, madeup.Twins...).Add("thread", "thousand", nil, 0.50, 0.51, 0.49, 0.50, 0.50, 0.50).Run)
	assert.Equal(t, without.Thousand, s.Thousand, "nor is the noise another")
}

func TestYardsticksAreInEveryFormat(t *testing.T) {
	var b strings.Builder
	require.NoError(t, Summarise(beyond().Run).WriteMarkdown(&b))
	assert.Contains(t, b.String(), "## Yardsticks in C")
	assert.Contains(t, b.String(), "c-thread")

	line := find(t, read(t, beyond()), "c-thread", "thousand", "0")
	assert.Equal(t, "0.7", line["ratio_median"])
	assert.Equal(t, "thread", line["yardstick_of"])
	assert.Empty(t, line["verdict"], "it has no rank")
	assert.Empty(t, line["noise_floor"])
	assert.Equal(t, "less", find(t, read(t, beyond()), "thread", "thousand", "0")["verdict"])
	assert.Empty(t, find(t, read(t, beyond()), "thread", "thousand", "0")["yardstick_of"])
}

func TestWhyAYardstickHasNoFigureIsSaid(t *testing.T) {
	m := beyond().Add("c-thread", "throughput", func(r *result.Record) { r.Outcome, r.Reason = result.Withheld, "c-thread: stalled" }, 1)
	assert.Contains(t, printed(m), "c-thread: withheld: stalled.")
}

func TestWithoutYardsticksTheReportSaysSo(t *testing.T) {
	words := printed(madeup.New("epoll", "thread").Add("epoll", "thousand", nil, madeup.Twins...))
	assert.Contains(t, strings.Join(strings.Fields(words), " "), "No yardstick in C took part (YARDSTICK=1 adds them, where there is a C compiler): verdicts are of programs in Go.")
}
