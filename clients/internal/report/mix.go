package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
)

const mixName = experiment.MixName

// Mix is what a run says of a load of one's own: who can't serve it, and who serves it with least CPU.
type Mix struct {
	Load       string
	Eliminated []Note   // model and why
	Served     []Served // the cheapest first
	Tied       []string // models that this run can't tell from the cheapest
	Floor      Floor    // of CPU time; unknown: nothing is called cheapest
}

// Served is a model that serves the load.
type Served struct {
	Model string
	Cell  Cell // CPU and ratio to epoll
	Cost  stats.Estimate
}

// Mix is the run's own load; ok is false if it has none.
func (s Summary) Mix() (m Mix, ok bool) {
	byModel := map[string][]result.Record{}
	var p place
	for _, r := range s.Run.Records {
		if r.Experiment == mixName {
			m.Load, ok, p = r.Load, true, placeOf(r)
			byModel[r.Model] = append(byModel[r.Model], r)
		}
	}
	if !ok {
		return m, false
	}
	m.Floor = s.floorOver(len(byModel), cost, func(r result.Record) bool { return r.Experiment == mixName })
	costs := map[string]map[int]float64{} // of a model, round by round, to epoll's
	for _, model := range slices.Sorted(maps.Keys(byModel)) {
		if why := eliminated(byModel[model]); why != "" {
			m.Eliminated = append(m.Eliminated, Note{model + ": ", ended(why)})
			continue
		}
		costs[model] = map[int]float64{}
		var all []float64
		for _, r := range byModel[model] {
			if x := cost(r); r.Outcome == result.OK && x > 0 && !math.IsInf(x, 1) {
				costs[model][r.Round], all = x, append(all, x)
			}
		}
		m.Served = append(m.Served, Served{model, cellOf(s.at(model, p), s.floorAt(p)), stats.Over(all)})
	}
	slices.SortStableFunc(m.Served, func(a, b Served) int { return cmp.Compare(a.Cost.Median, b.Cost.Median) })
	m.tie(costs)
	return m, true
}

// eliminated says why a model does not serve the load: in one of the rounds it stopped, died, or served K of N; or no
// round's figures could be believed.
func eliminated(records []result.Record) (why string) {
	served := false
	for _, r := range records {
		switch r.Outcome {
		case result.OK:
			served = true
		case result.Withheld:
			why = string(r.Outcome) + ": " + r.Reason
		default:
			return string(r.Outcome) + ": " + r.Reason
		}
	}
	if served {
		return ""
	}
	return why
}

// tie finds who can't be told from the cheapest, round by round. Both are measured with noise of their own: together that
// is one's times the root of 2.
func (m *Mix) tie(costs map[string]map[int]float64) {
	if len(m.Served) == 0 || !m.Floor.Known {
		return
	}
	least := costs[m.Served[0].Model]
	for _, other := range m.Served[1:] {
		var x []float64
		for round, c := range costs[other.Model] {
			if l := least[round]; l > 0 {
				x = append(x, c/l)
			}
		}
		e := stats.Over(x)
		if len(x) == 0 || e.Low <= 1 || e.Median-1 <= math.Sqrt2*m.Floor.Value {
			m.Tied = append(m.Tied, other.Model)
		}
	}
}

// Sentences say it in words: eliminated, tied, cheapest.
func (m Mix) Sentences() (notes []Note) {
	for _, e := range m.Eliminated {
		notes = append(notes, Note{"Eliminated: ", e.Lead + e.Words})
	}
	switch {
	case len(m.Served) == 0:
		return append(notes, Note{"", "No model serves this load here."})
	case !m.Floor.Known || m.Served[0].Cost.Rounds < stats.MinRounds:
		return append(notes, Note{"", fmt.Sprintf("Too few rounds to say which is cheapest: it takes %d, and epoll's twin.", stats.MinRounds)})
	}
	if len(m.Tied) > 0 {
		notes = append(notes, Note{"Tied with the cheapest within noise: ", ended(strings.Join(m.Tied, ", "))})
	}
	first := m.Served[0]
	return append(notes, Note{"Cheapest: ", fmt.Sprintf("%s, with %.3g us of the server's CPU for a request (epoll's CPU = 1: %.2f).", first.Model, first.Cell.CPU, first.Cost.Median)})
}

// sheet is the table of those that serve it.
func (m Mix) sheet() Sheet {
	t := Sheet{
		Name: "load", Title: "A load of one's own", Header: []string{"", "rate", "us CPU", "CPU/epoll"}, Right: 2,
		About: ended("The load " + m.Load + ", the cheapest first: replies/s and CPU for each, to epoll's in the same trials"),
	}
	for _, s := range m.Served {
		row := Row{Model: s.Model, Reference: s.Model == target.Reference}
		t.Rows = append(t.Rows, []string{s.Model, row.rate(s.Cell), row.cpu(s.Cell), interval(s.Cost)})
	}
	return t
}

func (m Mix) write(out io.Writer) {
	m.sheet().write(out)
	notes(out, m.Sentences())
}
