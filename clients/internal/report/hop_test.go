package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

// hopped is a run with three ways beside the bridge; of the published port two rounds with many are withheld.
func hopped() *madeup.Run {
	m := madeup.New("epoll", "thread").Add("epoll", "throughput", nil, madeup.Twins...).Add("thread", "throughput", nil, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7)
	return withWays(m)
}

func withWays(m *madeup.Run) *madeup.Run {
	for _, way := range []string{target.Published, target.Loopback, target.Host} {
		m.Manifest.Services = append(m.Manifest.Services, result.Participant{Service: target.Service{Name: "epoll-" + way, Model: "epoll-" + way, Path: way}})
	}
	many := func(r *result.Record) {
		r.Connections, r.Metric, r.Contender.ClientCPU = 64, result.Rate, 4
		r.Figures = map[string]float64{result.OtherCPU: 0.5}
		if r.Model == "epoll-published" {
			r.Figures[result.OtherCPU] = 31
			if r.Round > 4 {
				r.Outcome, r.Reason, r.Ratio = result.Withheld, "epoll-published: stalled: it stood still", 9
			}
		}
	}
	m.Add("epoll-published", "hop", nil, 1.4, 1.4, 1.4, 1.4, 1.4, 1.5).Add("epoll-published", "hop", many, 0.4, 0.4, 0.4, 0.3, 0.4, 0.4)
	m.Add("epoll-loopback", "hop", nil, 0.8, 0.8, 0.8, 0.8, 0.8, 0.9).Add("epoll-loopback", "hop", many, 1.6, 1.6, 1.6, 1.5, 1.6, 1.6)
	m.Add("epoll-host", "hop", nil, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9).Add("epoll-host", "hop", many, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2)
	return m.Add("epoll", "hop", nil, 1, 1, 1, 1, 1, 1.01).Add("epoll", "hop", many, 1, 1, 1, 1, 1, 1.02)
}

func TestWaysHaveATableOfTheirOwn(t *testing.T) {
	words := printed(hopped())
	assertNarrow(t, words)
	own := sheet(t, words, "One and the same epoll, reached on other ways")
	assert.Regexp(t, `loopback +0\.80 0\.80-0\.90 +1\.60 1\.50-1\.60 +1\.00 +3\.1 +4\.0 +0\.5`, line(t, own, "loopback"))
	assert.Regexp(t, `bridge +1\.00 1\.00-1\.01 +1\.00 1\.00-1\.02 +0\.62 `, line(t, own, "bridge"), "over loopback the bridge is 1, and no twin")
	assert.Regexp(t, `published +1\.40 1\.40-1\.50 +0\.40 0\.30-0\.40 +0\.25 .* 31\.0`, line(t, own, "published"), "what is withheld counts nowhere")
	joined := strings.Join(strings.Fields(words), " ")
	assert.Contains(t, joined, "published: of the rounds with many, 2 have no figure; the last: epoll-published: stalled: it stood still.")
	assert.Less(t, strings.Index(own, "\n host "), strings.Index(own, "\n bridge "))
	assert.Less(t, strings.Index(own, "\n bridge "), strings.Index(own, "\n published "))
}

func TestWhatTheProxyTakesIsToldOfAQuietMachineAlone(t *testing.T) {
	m := hopped()
	for i := range m.Records {
		if r := &m.Records[i]; r.Model == "epoll" && r.Connections == 64 && r.Experiment == "hop" {
			r.Figures[result.OtherCPU] = 140
		}
	}
	words := printed(m)
	assert.NotContains(t, words, "31.0")
	assert.Contains(t, strings.Join(strings.Fields(words), " "), "is not told: in the bridge's trials, where no such process is, other things took 140 us for each request.")
}

func TestWhatTheProxyTakesIsNotToldWhereTheBridgeHasNoFigure(t *testing.T) {
	m := hopped()
	for i := range m.Records {
		if r := &m.Records[i]; r.Model == "epoll" && r.Connections == 64 && r.Experiment == "hop" {
			r.Outcome, r.Reason = result.Withheld, "stalled"
		}
	}
	words := printed(m)
	assert.NotContains(t, words, "31.0")
	assert.Contains(t, strings.Join(strings.Fields(words), " "), "where no such process is, it is not known.")
}

func TestFewRoundsHaveNoInterval(t *testing.T) {
	m := withWays(madeup.New("epoll"))
	m.Records = slices.DeleteFunc(m.Records, func(r result.Record) bool { return r.Round > 1 })
	words := printed(m)
	assert.Regexp(t, `loopback +0\.80 +1\.60 +1\.00`, words)
	assert.Contains(t, words, "more than 1 rounds: an interval takes 6")
}

func TestWaysAreNobodysContenders(t *testing.T) {
	s := Summarise(hopped().Run)
	for _, row := range s.Rows {
		assert.NotContains(t, row.Model, "-", "they have no row among the models")
	}
	without := Summarise(madeup.New("epoll", "thread").Add("epoll", "throughput", nil, madeup.Twins...).Add("thread", "throughput", nil, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7).Run)
	assert.Equal(t, without.Rate, s.Rate, "nor is the noise another")
	assert.NotContains(t, s.Chosen(), "hop")
	assert.Empty(t, without.hopSheet().Rows)
}

func TestWaysThatAreNotMeasuredSayWhy(t *testing.T) {
	m := hopped()
	for i := range m.Manifest.Services {
		switch p := &m.Manifest.Services[i]; p.Path {
		case target.Published:
			p.Unsupported = "unsupported here: no proxy"
		case target.Host:
			p.Verified.Failed = []string{"echo/whole: nothing came"}
		}
	}
	words := printed(m)
	assert.Regexp(t, `published +unsupported here: no proxy`, words)
	assert.Regexp(t, `host +not measured, for it breaks the contract: echo/whole`, words)
}

func TestWaysAreInEveryFormat(t *testing.T) {
	s := Summarise(hopped().Run)
	var markdown, csv, brief strings.Builder
	require.NoError(t, s.WriteMarkdown(&markdown))
	assert.Contains(t, markdown.String(), "## The way to the server")
	require.NoError(t, s.WriteCSV(&csv))
	assert.Contains(t, csv.String(), "epoll-published,,hop,64,0,rate,ok,")
	assert.Regexp(t, `epoll-loopback,,hop,1,0,response,ok,.*,6,0,0\.8,0\.8,0\.9,`, csv.String())
	assert.NotRegexp(t, `epoll-host,,hop,.*(more|less|tied|unknown)`, csv.String(), "nothing is ranked")
	s.WriteBrief(&brief)
	assert.Contains(t, brief.String(), "loopback=1")
	assert.Contains(t, brief.String(), "waits in")
}

func TestARunOfWaysAloneEndsWithTheirTable(t *testing.T) {
	var brief strings.Builder
	Summarise(withWays(madeup.New("epoll")).Run).WriteBrief(&brief)
	assert.Contains(t, brief.String(), "loopback=1")
	assert.NotContains(t, brief.String(), "waits in", "there is nothing in it")
	assert.NotContains(t, brief.String(), "an interval takes")
	assert.Contains(t, brief.String(), "client: CPU 1")
}
