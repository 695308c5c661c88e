package check

import (
	"math"
	"strings"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
	"c10klab/clients/internal/stats"
)

// Outcome is all that a check found.
type Outcome struct {
	Seed    uint64
	Pinning pin.Choice
	Network string
	honest  []result.Record
	faults  []fault
	ratios  map[spike.Slowed][2][]float64 // by the effect: rate, CPU per reply; of sound trials
	missed  map[spike.Slowed]int          // trials that a gate withheld
	rounds  int
}

// fault is one that was planted, and the trial that it was planted in.
type fault struct {
	name, about, by string
	record          result.Record
}

// seen says whether the gate for it withheld the trial.
func (f fault) seen() bool {
	said := strings.Join(append([]string{f.record.Reason}, f.record.Also...), "\n")
	return f.record.Outcome == result.Withheld && strings.Contains(said, f.by)
}

func (o *Outcome) add(e spike.Slowed, r result.Record) {
	if r.Outcome != result.OK || r.Ratio <= 0 {
		o.missed[e]++
		return
	}
	x := o.ratios[e]
	x[0] = append(x[0], r.Ratio)
	if r.Contender.CPU > 0 && r.Reference.CPU > 0 {
		x[1] = append(x[1], r.Contender.CPU/r.Reference.CPU)
	}
	o.ratios[e] = x
}

// sound is how many trials with that effect passed the gates.
func (o *Outcome) sound(e spike.Slowed) int { return len(o.ratios[e][0]) }

// Floor is the noise floor of a whole run on this machine now: six rounds of every model. ok is false where it is not known.
func (o *Outcome) Floor(metric int) (floor float64, ok bool) {
	if o.sound(twin) < stats.MinRounds {
		return math.NaN(), false
	}
	return stats.Floor(o.ratios[twin][metric], stats.MinRounds, len(models.Names()), o.Seed)
}

// Spikes are the effects on rate and CPU, each.
func (o *Outcome) Spikes() (all []spike.Effect) {
	for _, s := range slower {
		for i, m := range spike.Metrics {
			floor, _ := o.Floor(i)
			all = append(all, m.Look(s, o.ratios[s][i], floor))
		}
	}
	return all
}

// Unseen names what went unseen and should not have.
func (o *Outcome) Unseen() (names []string) {
	for _, f := range o.faults {
		if !f.seen() {
			names = append(names, f.name)
		}
	}
	for _, s := range o.Spikes() {
		if s.Must() && !s.Seen {
			names = append(names, s.String()+" in "+s.Metric)
		}
	}
	return names
}

// Verdict is ErrVoid where something went unseen, and ErrUnknown where the noise is not known.
func (o *Outcome) Verdict() error {
	if len(o.Unseen()) > 0 {
		return ErrVoid
	}
	if _, known := o.Floor(0); !known {
		return ErrUnknown
	}
	return nil
}

// quiet says whether an honest trial passed all gates, and if not, why.
func (o *Outcome) quiet() string {
	last := o.honest[len(o.honest)-1]
	if last.Outcome == result.OK && last.Disturbed == "" {
		return "quiet machine: passed: an honest trial passes all gates"
	}
	for _, r := range o.honest {
		if r.Disturbed != "" {
			return "quiet machine: no, by gate 0: " + r.Disturbed
		}
	}
	return "quiet machine: no, though gate 0 passed: " + last.Reason
}
