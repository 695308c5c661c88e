package report

import (
	"fmt"
	"math"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
	"c10klab/clients/internal/target"
)

// void is what every table of a run says which missed the effect that was planted in it.
func (s *Summary) void() []Note {
	if why := s.Planted.Void(); why != "" {
		return []Note{{"", ended(why)}}
	}
	return nil
}

// plantedSheet says what was planted and what is found.
func (s *Summary) plantedSheet() Sheet {
	t := Sheet{
		Name: "planted", Title: "A known effect",
		About: fmt.Sprintf("%s's twin, slowed by so much in each round (%s): does the run find it, as it finds what models differ by? "+
			"It is the least of %s that is clearly larger than the noise floor F.", target.Reference, s.Planted.Load, spike.Sizes()),
		Header: []string{"", "effect", "planted", "found", "F", "so"}, Right: 3,
	}
	for _, e := range s.Planted.Effects {
		t.Rows = append(t.Rows, []string{e.Metric, e.String(), fmt.Sprintf("%.3f", e.Planted), interval(e.Found), floorOfEffect(e), soOf(e)})
	}
	return t
}

func floorOfEffect(e spike.Effect) string {
	if math.IsNaN(e.Floor) {
		return "-"
	}
	return percent(e.Floor)
}

func soOf(e spike.Effect) string {
	switch {
	case !e.Known():
		return "not judged"
	case e.Seen:
		return "found"
	case e.Must():
		return "UNSEEN"
	}
	return "below F"
}

// plantedEntries are lines about what was planted, a figure for each metric.
func (s *Summary) plantedEntries() (entries []entry) {
	for _, e := range s.Planted.Effects {
		line := entry{
			model: target.Reference, place: place{experiment: result.Spike, connections: spike.Clients, load: s.Planted.Load},
			figure: fmt.Sprintf("%s_planted_%.4g", e.Metric, e.Planted), value: e.Found, floor: Floor{e.Floor, !math.IsNaN(e.Floor)},
			resident: math.NaN(), kernel: math.NaN(), residentEach: math.NaN(), kernelEach: math.NaN(),
		}
		line.cell = Cell{Outcome: result.OK, Metric: result.Figures, P50: math.NaN(), Rate: math.NaN(), CPU: math.NaN()}
		entries = append(entries, line)
	}
	return entries
}
