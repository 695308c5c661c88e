package report

import (
	"fmt"
	"strings"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

// place is where a cell stands in the run: its experiment and its load.
type place struct {
	experiment                string
	connections, idle, visits int
	app, load                 string
}

func placeOf(r result.Record) place {
	return place{r.Experiment, r.Connections, r.Idle, r.Visits, r.App, r.Load}
}

// String says how many clients there are, and what is asked if it is not echo.
func (p place) String() string {
	var words []string
	if p.connections > 0 {
		words = append(words, Thousands(p.connections))
	}
	if p.visits > 0 {
		words = append(words, Thousands(p.visits)+" visits")
	}
	if p.idle > 0 {
		words = append(words, Thousands(p.idle)+" idle")
	}
	if p.app != "" && p.app != "echo" {
		words = append(words, p.app)
	}
	return strings.Join(words, ", ")
}

// at returns a model's records of one place.
func (s *Summary) at(model string, p place) []result.Record {
	return s.matching(model, func(r result.Record) bool { return placeOf(r) == p })
}

// records returns a model's records of one cell of an experiment whose cells differ in nothing else.
func (s *Summary) records(model, experiment string, connections, idle int) []result.Record {
	return s.matching(model, func(r result.Record) bool {
		return r.Experiment == experiment && r.Connections == connections && r.Idle == idle
	})
}

// matching returns a model's records of some cells. A reference without a twin has those beside the others.
func (s *Summary) matching(model string, match func(result.Record) bool) (out []result.Record) {
	for _, r := range s.Run.Records {
		if r.Model == model && match(r) {
			out = append(out, r)
		}
	}
	if len(out) > 0 || model != target.Reference {
		return out
	}
	for _, r := range s.Run.Records {
		if match(r) && beside(r) {
			r.Contender, r.Ratio = r.Reference, 1
			r.Figures, r.Notes = nil, nil // are the contender's
			out = append(out, r)
		}
	}
	return out
}

// beside says that the reference was measured in the same cell, under the same load.
func beside(r result.Record) bool {
	return r.Outcome == result.OK && r.Idle == 0 && r.Metric != result.Figures
}

// experiments are those of the run that have no table of their own, in their order.
func (s *Summary) experiments() (names []string) {
	seen := map[string]bool{"latency": true, "throughput": true, "thousand": true, "herd": true, "memory": true, "scale": true, "cliff": true}
	for _, r := range s.Run.Records {
		if !seen[r.Experiment] {
			seen[r.Experiment] = true
			names = append(names, r.Experiment)
		}
	}
	return names
}

// subjects are what an experiment was put to: models in their order, then whatever else it measured.
func (s *Summary) subjects(experiment string) (names []string) {
	has, listed := map[string]bool{}, map[string]bool{}
	for _, r := range s.Run.Records {
		if r.Experiment == experiment {
			has[r.Model] = true
			if beside(r) {
				has[target.Reference] = true
			}
		}
	}
	for _, row := range s.Rows {
		if listed[row.Model] = true; has[row.Model] {
			names = append(names, row.Model)
		}
	}
	for _, r := range s.Run.Records {
		if r.Experiment == experiment && !listed[r.Model] {
			listed[r.Model] = true
			names = append(names, r.Model)
		}
	}
	return names
}

// floorAt is the noise in a place, by the reference's twins there.
func (s *Summary) floorAt(p place) Floor {
	f, known := s.floors[p]
	if !known {
		f = s.floorOver(s.contenders(p.experiment), ratio, func(r result.Record) bool { return placeOf(r) == p })
		s.floors[p] = f
	}
	return f
}

// loads says what the clients of these places did, once for each.
func loads(places []place) string {
	var words []string
	for _, p := range places {
		switch {
		case p.load == "":
		case len(places) == 1:
			words = append(words, p.load)
		default:
			words = append(words, fmt.Sprintf("%v: %s", p, p.load))
		}
	}
	return strings.Join(words, "; ")
}
