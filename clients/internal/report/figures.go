package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// figureName takes the step off a figure's name: p99_us@8000 is p99_us at 8,000.
func figureName(full string) (name string, step float64, stepped bool) {
	name, at, found := strings.Cut(full, "@")
	step, err := strconv.ParseFloat(at, 64)
	return name, step, found && err == nil
}

// label is a figure's name in words, the unit last: "connect p99, us".
func label(name string) string {
	words := strings.ReplaceAll(strings.ReplaceAll(name, "_per_s", "_/s"), "_", " ")
	i := strings.LastIndexByte(words, ' ')
	if i > 0 && slices.Contains([]string{"us", "ms", "ns", "s", "/s", "bytes", "kb"}, words[i+1:]) {
		return words[:i] + ", " + words[i+1:]
	}
	return words
}

// figuresOf estimates each figure of some rounds.
func figuresOf(records []result.Record) map[string]stats.Estimate {
	values := map[string][]float64{}
	for _, r := range records {
		for name, v := range r.Figures {
			if r.Outcome == result.OK || r.Outcome == result.Bound {
				values[name] = append(values[name], v)
			}
		}
	}
	estimates := map[string]stats.Estimate{}
	for name, v := range values {
		estimates[name] = stats.Over(v)
	}
	return estimates
}

// notesOf joins what the rounds noted under a name, each note once.
func notesOf(records []result.Record, name string) string {
	var words []string
	for _, r := range records {
		if note := r.Notes[name]; note != "" && !slices.Contains(words, note) {
			words = append(words, note)
		}
	}
	return strings.Join(words, ", ")
}

// Step is what was measured at one step of a series, such as one offered load.
type Step struct {
	At      float64
	Figures map[string]stats.Estimate
}

// Steps are a model's of an experiment, from the lowest on.
func (s *Summary) Steps(model, experiment string) (steps []Step) {
	byStep := map[float64]map[string]stats.Estimate{}
	all := figuresOf(s.matching(model, func(r result.Record) bool { return r.Experiment == experiment }))
	for full, e := range all {
		name, at, stepped := figureName(full)
		if !stepped {
			continue
		}
		if byStep[at] == nil {
			byStep[at] = map[string]stats.Estimate{}
		}
		byStep[at][name] = e
	}
	for at, figures := range byStep {
		steps = append(steps, Step{at, figures})
	}
	slices.SortFunc(steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return steps
}

// Stepped are the experiments that measured a series.
func (s *Summary) Stepped() (names []string) {
	for _, experiment := range s.experiments() {
		if len(s.figureNames(experiment, true)) > 0 {
			names = append(names, experiment)
		}
	}
	return names
}

// figureNames are those of an experiment, of its series or of none.
func (s *Summary) figureNames(experiment string, ofSteps bool) []string {
	seen := map[string]bool{}
	for _, r := range s.Run.Records {
		if r.Experiment != experiment {
			continue
		}
		for full := range r.Figures {
			if name, _, stepped := figureName(full); stepped == ofSteps {
				seen[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Number writes a figure with three digits or so.
func Number(v float64) string {
	switch size := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "-"
	case size >= 999.5 && v > 0:
		return Thousands(int(math.Round(v)))
	case size >= 99.5 || size == math.Trunc(size):
		return fmt.Sprintf("%.0f", v)
	case size >= 9.95:
		return fmt.Sprintf("%.1f", v)
	case size >= 0.01:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.2g", v)
}

// interval is an estimate, with its interval where there are rounds for one.
func interval(e stats.Estimate) string {
	switch {
	case e.Rounds == 0:
		return "-"
	case e.Rounds == 1 || e.Low == e.High:
		return Number(e.Median)
	}
	return fmt.Sprintf("%s  %s to %s", Number(e.Median), Number(e.Low), Number(e.High))
}
