package compare

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

// pair is a comparison with a figure of each verdict.
func pair() Comparison {
	a := quiet("throughput", map[string]float64{"thread": 0.7, "poll": 0.9, "select": 0.8, "crew": 0.5, "process": 0.4, "proactor": 1})
	b := madeup.New("epoll", "thread", "poll", "select", "crew", "process", "proactor").Add("epoll", "throughput", nil, madeup.Twins...)
	b.Add("thread", "throughput", nil, around(0.8)...).Add("poll", "throughput", nil, around(0.7)...).Add("select", "throughput", nil, around(0.8)...)
	b.Add("crew", "throughput", nil, 0.5).Add("proactor", "throughput", nil, around(1)...)
	b.Add("process", "throughput", func(r *result.Record) { r.Outcome, r.Reason = result.Failed, "it <died> | *" }, 1)
	a.Path, b.Path = "before/", "after"
	a.Manifest.Started = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	a.Manifest.Machine.Kernel, b.Manifest.Machine.Kernel = "6.1", "6.2"
	b.Run.Problems = []string{"results.jsonl: line 9 is cut off"}
	b.Manifest.Complete = false
	return Of(a.Run, b.Run)
}

func TestText(t *testing.T) {
	var b strings.Builder
	pair().Write(&b)
	text := b.String()
	for line := range strings.Lines(text) {
		assert.LessOrEqual(t, len(line), 81, line)
	}
	assert.Regexp(t, `(?m)^ thread +0\.70  0\.80   1\.14  1\.12-1\.17        better$`, text)
	assert.Regexp(t, `(?m)^ poll +0\.90  0\.70   0\.78  0\.76-0\.79         worse$`, text)
	assert.Regexp(t, `(?m)^ select +0\.80  0\.80   1\.00  0\.98-1\.02  within noise$`, text)
	unwrapped := strings.Join(strings.Fields(text), " ")
	for _, part := range []string{
		"crew: 0.50 in A, 0.50 in B; can't tell: B: too few rounds for an interval, 1 of 6.",
		"process: not comparable: B: failed: it <died> | *.",
		"Replies/s of 64 clients, epoll = 1; more is better.", "Differs: kernel: 6.1 in A, 6.2 in B.", "Not read of B: results.jsonl: line 9 is cut off.",
		"Beware: B was interrupted", "A: before, of 21 November 2026, 08:00 UTC", "B: after",
		"Figures: 2 worse, 2 better, 4 within noise, 2 can't tell, 2 not comparable.", "of epoll itself this says nothing",
	} {
		assert.Contains(t, unwrapped, part)
	}
	b.Reset()
	Of(result.Run{}, result.Run{}).Write(&b)
	assert.Contains(t, b.String(), "none that either run has measured")
}

func TestMarkdown(t *testing.T) {
	var b strings.Builder
	require.NoError(t, pair().WriteMarkdown(&b))
	text := b.String()
	assert.Contains(t, text, "## Rate at 64\n")
	assert.Contains(t, text, "| thread | 0.70 | 0.80 | 1.14 | 1.12-1.17 | better |\n")
	assert.Contains(t, text, `- process: not comparable: B: failed: it \<died> | \*.`)
	assert.Contains(t, text, "## What else differs\n\n- Differs: complete: true in A, false in B.\n- Differs: kernel")
	b.Reset()
	require.NoError(t, pair().Only([]string{"process"}).WriteMarkdown(&b))
	assert.NotContains(t, b.String(), "| --- |", "no table without a row")
	assert.Contains(t, b.String(), "## Rate at 64\n\n- process: not comparable")
}

func TestCSVAndJSONSayTheSame(t *testing.T) {
	c := pair()
	var lines, object bytes.Buffer
	require.NoError(t, c.WriteCSV(&lines))
	require.NoError(t, c.WriteJSON(&object))
	all, err := csv.NewReader(&lines).ReadAll()
	require.NoError(t, err)
	var read struct {
		A, B struct {
			Path    string
			Started string
			NotRead []string `json:"not_read"`
		}
		Figures []struct {
			Model, Metric, Verdict, Why string
			Change                      *struct{ Median, Low, High json.Number }
			Noise                       *json.Number
		}
		Differences []Difference
	}
	require.NoError(t, json.Unmarshal(object.Bytes(), &read))
	require.Len(t, read.Figures, len(c.Lines))
	require.Len(t, all, len(c.Lines)+1)
	column := map[string]int{}
	for i, name := range all[0] {
		column[name] = i
	}
	for i, f := range read.Figures {
		line := all[i+1]
		for name, want := range map[string]string{"model": f.Model, "metric": f.Metric, "verdict": f.Verdict, "why": f.Why} {
			assert.Equal(t, want, line[column[name]])
		}
		if f.Change == nil {
			assert.Equal(t, string(NotComparable), f.Verdict)
			assert.Empty(t, line[column["change_median"]])
			continue
		}
		assert.Equal(t, f.Change.Median.String(), line[column["change_median"]])
		assert.Equal(t, f.Noise.String(), line[column["noise"]])
	}
	assert.Equal(t, []Difference{{"complete", "true", "false"}, {"kernel", "6.1", "6.2"}}, read.Differences)
	assert.Equal(t, "2026-11-21T08:00:00Z", read.A.Started)
	assert.Equal(t, []string{"results.jsonl: line 9 is cut off"}, read.B.NotRead)
}

func TestOnlySomeModels(t *testing.T) {
	all := pair()
	some := all.Only([]string{"poll"})
	assert.Len(t, some.Lines, 2)
	for _, l := range some.Lines {
		assert.Equal(t, find(t, all, "poll", l.Metric.ID).Verdict, l.Verdict)
	}
	assert.Equal(t, []string{"process", "thread", "crew", "select", "poll", "epoll", "proactor"}, all.Models())
}
