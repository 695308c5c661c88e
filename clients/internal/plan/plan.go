// Package plan lays out a run: which trials, in which order, how long.
package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/target"
)

// Names are the plans that there are.
var Names = []string{"quick"}

// Options choose from a plan.
type Options struct {
	Name        string
	Seed        uint64
	Experiments []string // none: those of the plan
	Named       []string // models that were asked for by name; none: all
	Rounds      int      // of the rank block
	Factor      float64  // of every window; 1 is the plan's own
	Models      []target.Service
	Twins       bool // there is a twin of the reference
}

// Step is one experiment's cells within a trial.
type Step struct {
	Experiment experiment.Experiment
	Cells      []experiment.Cell
}

// Trial is one model in one fresh process, beside the reference in another.
type Trial struct {
	Block  string
	Round  int
	Rounds int
	Model  target.Service // the reference itself: its twin is measured
	Twin   bool
	Steps  []Step
}

// Plan is what a run will do.
type Plan struct {
	Options
	Trials []Trial
}

// Make lays out the trials. The order within each round is shuffled from the seed.
func Make(o Options) (Plan, error) {
	if !slices.Contains(Names, o.Name) {
		return Plan{}, fmt.Errorf("no plan %q: choose from %s", o.Name, strings.Join(Names, ", "))
	}
	p := Plan{Options: o}
	rng := rand.New(rand.NewPCG(o.Seed, 0x706c616e)) // "plan"
	for _, b := range quick {
		chosen, err := b.choose(o.Experiments)
		if err != nil {
			return Plan{}, err
		}
		if len(chosen) > 0 {
			p.Trials = append(p.Trials, b.layOut(chosen, o, rng)...)
		}
	}
	return p, nil
}

// layOut makes the block's trials, round by round.
func (b block) layOut(chosen []experiment.Experiment, o Options, rng *rand.Rand) (all []Trial) {
	rounds := b.rounds(o.Rounds)
	for round := 1; round <= rounds; round++ {
		trials := b.round(chosen, o, round)
		rng.Shuffle(len(trials), func(i, j int) { trials[i], trials[j] = trials[j], trials[i] })
		for i := range trials {
			trials[i].Round, trials[i].Rounds = round, rounds
		}
		all = append(all, trials...)
	}
	return all
}

func (b block) choose(names []string) ([]experiment.Experiment, error) {
	var out []experiment.Experiment
	for _, name := range b.experiments {
		if asked := slices.Contains(names, name); !asked && (len(names) > 0 || b.asked) {
			continue
		}
		e, err := experiment.Find(name)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// round makes the trials of one round, in the order of the models.
func (b block) round(experiments []experiment.Experiment, o Options, round int) []Trial {
	var out []Trial
	for _, m := range b.contenders(o, round) {
		times := 1
		if m.Model == target.Reference {
			times = 0
			if o.Twins {
				times = b.twins
			}
		}
		for range times {
			out = append(out, b.trials(experiments, m, o, round)...)
		}
	}
	return out
}

func (b block) trials(experiments []experiment.Experiment, m target.Service, o Options, round int) []Trial {
	trial := Trial{Block: b.name, Model: m, Twin: m.Model == target.Reference}
	var out []Trial
	for _, e := range experiments {
		most := b.idle(m.Model, o)
		cells := slices.DeleteFunc(reachable(e.Cells, m), func(c experiment.Cell) bool {
			return round > 1 && c.Once || most >= 0 && c.Idle > most
		})
		for i := range cells {
			cells[i].Window = time.Duration(float64(cells[i].Window) * o.Factor)
		}
		if !e.Alone {
			trial.Steps = append(trial.Steps, Step{e, cells})
			continue
		}
		for _, c := range cells {
			alone := trial
			alone.Steps = []Step{{e, []experiment.Cell{c}}}
			out = append(out, alone)
		}
	}
	if len(trial.Steps) > 0 {
		out = append(out, trial)
	}
	return out
}

// reachable drops what follows the first cell in which the model serves K of N
// by nature: that one shows it, and more clients would show it again.
func reachable(cells []experiment.Cell, s target.Service) []experiment.Cell {
	m, _ := models.Find(s.Model, s.Args...)
	for i, c := range cells {
		if m.Declared(c.Clients()) != "" {
			return slices.Clone(cells[:i+1])
		}
	}
	return slices.Clone(cells)
}
