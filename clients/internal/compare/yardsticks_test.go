package compare

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

// inC is a run of thread, and of a program in C of its mechanism.
func inC(thread, c float64) result.Run {
	m := quiet("throughput", map[string]float64{"thread": thread})
	m.Manifest.Services = append(m.Manifest.Services, result.Participant{Service: target.Service{Name: "c-thread", Model: "c-thread", Yardstick: "thread"}})
	return m.Add("c-thread", "throughput", nil, around(c)...).Run
}

func TestYardsticksStandApartAndAreNotJudged(t *testing.T) {
	c := Of(inC(0.7, 0.9), inC(0.7, 0.5))
	assert.Equal(t, []string{"thread", "epoll"}, c.Models())
	l := find(t, c, "c-thread", "rate_64")
	assert.Equal(t, NotJudged, l.Verdict)
	assert.Equal(t, "thread", l.Of)
	assert.InEpsilon(t, 5.0/9, l.Change.Median, 1e-9)
	assert.NoError(t, c.Held(0.05), "it fails nothing")
	assert.Empty(t, c.Shared)
	alone := Of(quiet("throughput", map[string]float64{"thread": 0.7}).Run, quiet("throughput", map[string]float64{"thread": 0.7}).Run)
	without, with := find(t, alone, "thread", "rate_64"), find(t, c, "thread", "rate_64")
	assert.Equal(t, []any{without.Verdict, without.Noise}, []any{with.Verdict, with.Noise}, "nor does it change a model's verdict")

	var text, markdown, csv, object strings.Builder
	c.Write(&text)
	require.NoError(t, c.WriteMarkdown(&markdown))
	require.NoError(t, c.WriteCSV(&csv))
	require.NoError(t, c.WriteJSON(&object))
	assert.Regexp(t, `(?s) thread .*\nyardsticks in C *\n c-thread +0\.90  0\.50   0\.56  0\.54-0\.57    not judged`, text.String())
	assert.Contains(t, strings.Join(strings.Fields(text.String()), " "), "2 within noise, 2 not judged.")
	assert.Contains(t, markdown.String(), "| **yardsticks in C** |")
	assert.Regexp(t, `(?m)^c-thread,rate_64,.*,not judged,,thread$`, csv.String())
	assert.Regexp(t, `"model": "c-thread",\s+"yardstick_of": "thread",\s+"metric": "rate_64"`, object.String())
}

func TestAYardstickOfOneRunAloneIsNotCompared(t *testing.T) {
	l := find(t, Of(inC(0.7, 0.9), quiet("throughput", map[string]float64{"thread": 0.7}).Run), "c-thread", "rate_64")
	assert.Equal(t, NotComparable, l.Verdict)
	assert.Equal(t, "B: it was not in the run", l.Why)
}
