package spike

import (
	"fmt"
	"math"
	"strings"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
)

// Verdict is what became of the effect that a run planted in itself.
type Verdict struct {
	Effects []Effect // by metric; none: nothing was planted, as in runs of old and such that rank no rates
	Rounds  int      // in which one was planted
	Load    string   // what the clients did
}

// Of judges a run by the effect that was planted in it.
func Of(run result.Run) (v Verdict) {
	records := run.Spikes()
	for _, r := range records {
		v.Rounds, v.Load = max(v.Rounds, r.Round), r.Load
	}
	for i, m := range Metrics {
		if len(records) == 0 {
			break
		}
		floor := floor(run, i)
		step := choose(m, floor)
		var ratios []float64
		for _, r := range records {
			if x := at(r, step)[i]; x > 0 {
				ratios = append(ratios, x)
			}
		}
		v.Effects = append(v.Effects, m.Look(step, ratios, floor))
	}
	return v
}

// clear is how many times its noise an effect should be. One that is hardly larger goes unseen by chance: with recorded noise
// one sound run in twenty would be void by the least effect above the floor, and by this one fewer than one in a hundred.
const clear = 3

// choose is the least step that is clearly larger than the noise; the last one, where none is.
func choose(m Metric, floor float64) Slowed {
	for _, s := range Steps {
		if !(math.Abs(m.Planted(s)-1) < clear*floor) { // the first, where it is not known
			return s
		}
	}
	return Steps[len(Steps)-1]
}

// floor is the run's F: the noise by which contenders are judged, of their rates and of their CPU time.
func floor(run result.Run, metric int) float64 {
	contenders, rounds := -1, 0
	for _, p := range run.Manifest.Services {
		if !p.Twin && p.Yardstick == "" {
			contenders++
		}
	}
	var twins []float64
	for _, r := range run.Records {
		ratios := [2]float64{r.Ratio, 0}
		if r.Contender.CPU > 0 && r.Reference.CPU > 0 {
			ratios[1] = r.Contender.CPU / r.Reference.CPU
		}
		if r.Experiment == Throughput && r.Twin && r.Outcome == result.OK && ratios[metric] > 0 {
			twins, rounds = append(twins, ratios[metric]), max(rounds, r.Round)
		}
	}
	f, _ := stats.Floor(twins, rounds, max(contenders, 1), run.Manifest.Plan.Seed)
	return f
}

// Void says why nothing in a run is to be believed; empty: no reason is known.
func (v Verdict) Void() string {
	var unseen []string
	for _, e := range v.Effects {
		if e.Known() && e.Must() && !e.Seen {
			unseen = append(unseen, fmt.Sprintf("%s made %v went unseen in %s: planted %.2f, found %s, told apart is what differs by %.1f %%",
				target.Reference, e.Slowed, e.Metric, e.Planted, e.found(), 100*e.Floor))
		}
	}
	if len(unseen) == 0 {
		return ""
	}
	return "void: " + strings.Join(unseen, "; ") + ". Believe nothing of this run"
}

// Caption says what became of the effect; empty where nothing was planted, or the run is void.
func (v Verdict) Caption() string {
	if v.Void() != "" || v.Rounds < stats.MinRounds {
		return ""
	}
	var parts []string
	for _, e := range v.Effects {
		switch {
		case math.IsNaN(e.Floor):
			parts = append(parts, fmt.Sprintf("in %s not judged, for the noise is not known", e.Metric))
		case !e.Must():
			parts = append(parts, fmt.Sprintf("in %s the planted %.0f %% is below what this run tells apart", e.Metric, 100*math.Abs(e.Planted-1)))
		case !e.Known():
			parts = append(parts, fmt.Sprintf("in %s not judged, for %d of %d rounds are sound", e.Metric, e.Found.Rounds, v.Rounds))
		default:
			parts = append(parts, fmt.Sprintf("in %s %.2f was planted and %s is found", e.Metric, e.Planted, e.found()))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("A known effect, %s made slower: %s.", target.Reference, strings.Join(parts, "; "))
}

func (e Effect) found() string {
	return fmt.Sprintf("%.2f (%.2f to %.2f)", e.Found.Median, e.Found.Low, e.Found.High)
}

// Rule says by what a run is void, to be settled before anything is measured.
func Rule() string {
	return fmt.Sprintf("spike Planted=the least of %s slower that is %d times the noise floor", Sizes(), clear)
}

// Sizes lists the effects to choose from.
func Sizes() string {
	var sizes []string
	for _, s := range Steps {
		sizes = append(sizes, fmt.Sprint(s.Uncounted))
	}
	return strings.Join(sizes, ", ") + " %"
}
