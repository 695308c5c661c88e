package report

import (
	"fmt"
	"math"
	"slices"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
)

// way is a row of hop's table: a path, or the bridge, whose service is the reference's twin.
type way struct {
	name        string
	participant result.Participant
	one, many   Cell    // with 1 connection, and with many
	over        float64 // the rate with many, over loopback's; as the next two NaN where it is not known
	client      float64 // us of CPU for a request, with many
	other       float64 // as result.OtherCPU
	ran         float64 // the same, told or not
	lost        []Note  // rounds without figures
}

// wayOrder is from the cheapest to the dearest, as the field has it.
var wayOrder = []string{target.Loopback, target.Host, target.Bridge, target.Published}

// mostOther is what other things may take of the CPUs for each request over the bridge, us, for the figure to be told of any way.
const mostOther = 2.0

// ways are those of the run. What the rest of the machine did tells of a way only where it did nothing else.
func (s *Summary) ways() (all []way) {
	quiet := false
	for _, name := range wayOrder {
		w, model := way{name: name}, target.Reference
		for _, p := range s.paths.Manifest.Services {
			if p.Path == name {
				w.participant, model = p, p.Model
			}
		}
		if name != target.Bridge && model == target.Reference {
			continue // it was not up
		}
		w.fill(s, model)
		if w.ran = w.other; name == target.Bridge {
			quiet = w.ran <= mostOther
		}
		all = append(all, w)
	}
	for i := range all {
		if !quiet {
			all[i].other = math.NaN()
		}
	}
	return all
}

func (w *way) fill(s *Summary, model string) {
	one, many := s.onWay(model, false), s.onWay(model, true)
	w.one, w.many = cellOf(one, Floor{}), cellOf(many, Floor{})
	var client, other []float64
	for _, r := range many {
		if r.Outcome != result.OK {
			continue
		}
		client = append(client, r.Contender.ClientCPU)
		if us, told := r.Figures[result.OtherCPU]; told {
			other = append(other, us)
		}
	}
	w.client, w.other = stats.Median(client), stats.Median(other)
	w.over = s.overLoopback(many, model == target.Reference)
	for _, c := range []struct {
		clients string
		Cell
	}{{"1", w.one}, {"many", w.many}} {
		if c.Missed > 0 {
			w.lost = append(w.lost, Note{w.name + ": ", ended(fmt.Sprintf("of the rounds with %s, %d have no figure; the last: %s", c.clients, c.Missed, c.Reason))})
		}
	}
}

// onWay are the records of a path with 1 connection, or with many; the reference's are its twin's.
func (s *Summary) onWay(model string, many bool) (out []result.Record) {
	for _, r := range s.paths.Records {
		if r.Model == model && (r.Connections > 1) == many {
			out = append(out, r)
		}
	}
	return out
}

// overLoopback compares rates with loopback's, round by round: both are ratios to the bridge, which is 1 itself.
func (s *Summary) overLoopback(many []result.Record, bridge bool) float64 {
	loopback := map[int]float64{}
	for _, p := range s.paths.Manifest.Services {
		for _, r := range s.onWay(p.Model, true) {
			if p.Path == target.Loopback && r.Outcome == result.OK && r.Ratio > 0 {
				loopback[r.Round] = r.Ratio
			}
		}
	}
	var ratios []float64
	for _, r := range many {
		own := r.Ratio
		if bridge {
			own = 1
		}
		if base := loopback[r.Round]; base > 0 && own > 0 && (bridge || r.Outcome == result.OK) {
			ratios = append(ratios, own/base)
		}
	}
	return stats.Median(ratios)
}

// onWays is the summary of the paths alone. It knows no noise floor, so that none of them has a rank.
func (s *Summary) onWays() *Summary {
	w := &Summary{Run: s.paths, floors: map[place]Floor{}}
	for _, name := range wayOrder {
		for _, p := range s.paths.Manifest.Services {
			if p.Path == name {
				w.Rows = append(w.Rows, w.row(p.Model))
			}
		}
	}
	if slices.ContainsFunc(s.paths.Records, func(r result.Record) bool { return r.Model == target.Reference }) {
		w.Rows = append(w.Rows, w.row(target.Reference))
	}
	return w
}

// hopEntries are their lines of the CSV.
func (s *Summary) hopEntries() []entry {
	w := s.onWays()
	entries := w.entriesOf(w.Rows, nil)
	for i := range entries {
		entries[i].floor, entries[i].cell.Verdict = Floor{}, stats.Unknown
	}
	return entries
}
