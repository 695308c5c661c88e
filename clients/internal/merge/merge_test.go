package merge

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/report/page"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// on is a made-up run of every model on a machine, begun in that hour.
func on(cpu string, hour int) result.Run {
	run := madeup.All().Run
	run.Path = fmt.Sprintf("results/%s-%d", cpu, hour)
	run.Manifest.Started = time.Date(2026, 11, 21, hour, 0, 0, 0, time.UTC)
	run.Manifest.Machine.CPU, run.Manifest.Machine.CPUs, run.Manifest.Machine.Kernel = cpu, "0-3", "6.1.0-18-amd64 #1 SMP x86_64"
	return run
}

func TestRunsAreGroupedByMachine(t *testing.T) {
	m := Of([]result.Run{on("two <2>", 9), on("one", 8), on("two <2>", 7)})
	require.Len(t, m.Machines, 2)
	assert.Equal(t, "one, CPUs 0-3, Linux 6.1.0-18-amd64, loopback", m.Machines[0].Name)
	two := m.Machines[1]
	assert.Equal(t, "B", two.Letter)
	if len(two.Runs) != 2 { // what they say is long
		t.Fatalf("%d runs", len(two.Runs))
	}
	assert.Equal(t, "B1  2026-11-21 07:00", two.Runs[0].Label())
	assert.Equal(t, "B2  2026-11-21 09:00", two.Runs[1].Label())
	assert.Empty(t, m.Problems)
	bare := result.Run{Path: "a/b"}
	assert.Equal(t, "A1  b", Of([]result.Run{bare}).Machines[0].Runs[0].Label())
	assert.Equal(t, []string{"A", "Z", "AA", "AB", "BA"}, []string{letter(0), letter(25), letter(26), letter(27), letter(52)})
}

func TestARunCountsOnce(t *testing.T) {
	a, b := on("one", 8), on("one", 8)
	b.Path = "copy"
	m := Of([]result.Run{a, b})
	require.Len(t, m.Machines, 1)
	assert.Equal(t, 1, len(m.Machines[0].Runs))
	assert.Equal(t, []string{"copy is the run of results/one-8 once more, and counts once"}, m.Problems)
}

func TestDoubtsAreTold(t *testing.T) {
	run := on("one", 8)
	run.Manifest.Complete = false
	run.Problems = []string{"results.jsonl: line 3 is cut off"}
	assert.Equal(t, []string{"results/one-8: results.jsonl: line 3 is cut off", "results/one-8 was interrupted: this is what it had"}, Of([]result.Run{run}).Problems)
}

func TestVerdictOfAMachine(t *testing.T) {
	for _, c := range []struct {
		runs []claims.Verdict
		want claims.Verdict
	}{
		{[]claims.Verdict{claims.Confirmed, claims.Confirmed}, claims.Confirmed},
		{[]claims.Verdict{claims.Confirmed, claims.Inconclusive}, claims.Confirmed},
		{[]claims.Verdict{claims.Smaller, claims.Confirmed}, claims.Smaller},
		{[]claims.Verdict{claims.Refuted, claims.Inconclusive, claims.Unsupported}, claims.Refuted},
		{[]claims.Verdict{claims.Refuted, claims.Confirmed}, Disagree},
		{[]claims.Verdict{claims.Smaller, claims.Inconclusive, claims.Refuted}, Disagree},
		{[]claims.Verdict{claims.Unsupported, claims.Inconclusive}, claims.Inconclusive},
		{[]claims.Verdict{claims.Unsupported}, claims.Unsupported},
	} {
		for range 2 { // whatever their order
			var m Machine
			for _, v := range c.runs {
				m.Runs = append(m.Runs, Run{Ledger: []claims.Entry{{Claim: claims.Claim{ID: "x"}, Verdict: v}}})
			}
			assert.Equal(t, c.want, m.Verdict("x"), "%v", c.runs)
			slices.Reverse(c.runs)
		}
	}
}

func TestTextHasEveryClaimAndRun(t *testing.T) {
	var b strings.Builder
	m := Of([]result.Run{on("one", 8), on("two", 9)})
	m.Problems = []string{"there was one"}
	m.Write(&b)
	text := b.String()
	unwrapped := strings.Join(strings.Fields(text), " ")
	for line := range strings.Lines(text) {
		assert.LessOrEqual(t, len(line), 81, line)
	}
	for _, c := range claims.All() {
		assert.Contains(t, text, "\n "+c.ID+" ", "in the table of verdicts")
		assert.Contains(t, unwrapped, c.Tests[0].What+": asked is ")
		for _, machine := range m.Machines {
			e, ok := machine.Runs[0].entry(c.ID)
			require.True(t, ok)
			assert.Equal(t, e.Verdict, machine.Verdict(c.ID))
		}
	}
	assert.Regexp(t, `(?m)^ switching-costs +confirmed +confirmed$`, text)
	assert.Regexp(t, `(?m)^ A1 +2\.[12]\d? `, text, "epoll / thread")
	assert.Contains(t, text, "Beware: there was one.")
	assert.Contains(t, text, "A: one, CPUs 0-3")
}

func TestThePageLoadsNothingAndHasEveryClaim(t *testing.T) {
	var b, again bytes.Buffer
	m := Of([]result.Run{on("one", 8), on("<script>two", 9)})
	m.Problems = []string{"<b>there</b> was one"}
	require.NoError(t, m.WriteHTML(&b))
	require.NoError(t, m.WriteHTML(&again))
	text := b.String()
	assert.Equal(t, text, again.String())
	assert.NotRegexp(t, `(?i)@import|url\(|<script|<link|<iframe|<img|\ssrc=`, text)
	assert.NotContains(t, text, "NaN")
	assert.NotContains(t, text, "#C10C")
	assert.NotContains(t, text, "<b>there")
	root, err := html.Parse(&b)
	require.NoError(t, err)
	ids := map[string]int{}
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "id" {
				ids[a.Val]++
			}
			if a.Key == "href" {
				assert.True(t, strings.HasPrefix(a.Val, "#"), a.Val)
				assert.Contains(t, text, `id="`+a.Val[1:]+`"`)
			}
		}
	}
	for id, n := range ids {
		assert.Equal(t, 1, n, id)
	}
	for _, c := range claims.All() {
		assert.Equal(t, 1, ids[c.ID])
	}
	assert.Equal(t, len(claims.All()), strings.Count(text, "<svg "))
}

func TestFilesAreWellFormedAndNeedNoStyleSheet(t *testing.T) {
	files, err := Of([]result.Run{on("one", 8), on("two <&>", 9)}).Files()
	require.NoError(t, err)
	require.Len(t, files, len(claims.All())+1)
	assert.Equal(t, "merged.html", files[0].Name)
	for i, c := range claims.All() {
		f := files[i+1]
		assert.Equal(t, c.ID+".svg", f.Name)
		assert.NotContains(t, string(f.Text), "var(")
		assert.NotContains(t, string(f.Text), "NaN")
		assert.NotRegexp(t, regexp.MustCompile(`fill="[^#"]`), string(f.Text))
		d := xml.NewDecoder(bytes.NewReader(f.Text))
		for err = error(nil); err == nil; {
			_, err = d.Token()
		}
		assert.True(t, errors.Is(err, io.EOF), "%s: %v", f.Name, err)
	}
}

func TestEveryColourOfAFileIsThePages(t *testing.T) {
	svg := Of([]result.Run{on("one", 8)}).SVG(claims.All()[0])
	file := Standalone(svg)
	names := used.FindAllStringSubmatch(svg, -1)
	require.NotEmpty(t, names)
	for _, name := range names {
		at := regexp.MustCompile("--" + name[1] + `:\s*(#\w+)`).FindStringSubmatch(page.Style())
		require.NotNil(t, at, name[1])
		assert.Contains(t, file, at[1], name[1])
	}
}

func TestPanelReach(t *testing.T) {
	finding := func(x ...float64) line {
		return line{finding: claims.Finding{Figure: claims.Figure{Estimate: stats.Over(x)}}}
	}
	low, high := panel{bar: claims.AtLeast(10), rows: []line{{heading: true}, finding(2, 3), finding()}}.reach()
	assert.Equal(t, []float64{1, 10}, []float64{low, high}, "no difference, and the bar, are seen")
	p := panel{bar: claims.Above(20), rows: []line{finding(300, 400)}}
	low, high = p.reach()
	assert.Equal(t, []float64{20, 400}, []float64{low, high})
	assert.False(t, p.ratio(), "an absolute figure has a linear axis")
	assert.True(t, panel{bar: claims.AtMost(0.5)}.ratio())
	assert.False(t, panel{bar: claims.AtMost(0.5), rows: []line{finding(-1, 2)}}.ratio(), "a logarithm needs more than 0")
}

func TestWithoutResultsAllIsDrawnAllTheSame(t *testing.T) {
	files, err := Of([]result.Run{{Path: "a"}}).Files()
	require.NoError(t, err)
	assert.Contains(t, string(files[0].Text), "inconclusive")
}
