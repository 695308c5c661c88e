// Package plan lays out a run: which trials, in which order, how long.
package plan

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// Names are the plans that there are.
var Names = []string{"quick", "full"}

// plans are the blocks of each.
var plans = map[string][]block{"quick": quick, "full": full}

// Options choose from a plan.
type Options struct {
	Name        string
	Seed        uint64
	Experiments []string               // none: those of the plan
	Load        *experiment.Experiment // one's own mix; nil: none
	Named       []string               // models that were asked for by name; none: all
	Rounds      int                    // of the rank block
	Factor      float64                // of every window; 1 is the plan's own
	Models      []target.Service
	Twins       bool             // there is a twin of the reference
	Yardsticks  []target.Service // that are up: they are in the experiments in which a claim needs them
	Paths       []target.Service // that are up: ways to the reference, for the experiments that are put to them
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
	Model  target.Service // the reference itself: its twin is measured; or a yardstick
	Twin   bool
	Steps  []Step
}

// Bare says that the trial has questions to the machine, and needs no service.
func (t Trial) Bare() bool { return len(t.Steps) > 0 && t.Steps[0].Experiment.Bare != nil }

// Asks says that the trial has questions to one service alone, and needs no reference.
func (t Trial) Asks() bool { return len(t.Steps) > 0 && t.Steps[0].Experiment.Ask != nil }

// Counts says that a busy machine changes nothing of what the trial finds.
func (t Trial) Counts() bool {
	return !slices.ContainsFunc(t.Steps, func(s Step) bool { return !s.Experiment.Counts })
}

// Cells is how many cells its steps have.
func (t Trial) Cells() (n int) {
	for _, s := range t.Steps {
		n += len(s.Cells)
	}
	return n
}

// Serves are the applications that the services serve meanwhile: those of the first step, which the others share.
func (t Trial) Serves() []protocol.App { return t.Steps[0].Experiment.Serves() }

// CPUs is how many the services may run on; 0: all of theirs.
func (t Trial) CPUs() int { return t.Steps[0].Experiment.CPUs }

// Applications are those that the plan measures of each service, by its name; the reference's are those of all.
func (p Plan) Applications() map[string][]protocol.App {
	needs := map[string]map[protocol.App]bool{}
	for _, t := range p.Trials {
		if t.Bare() {
			continue
		}
		for _, name := range []string{t.Model.Name, target.Reference} {
			if needs[name] == nil {
				needs[name] = map[protocol.App]bool{}
			}
			for _, app := range t.Serves() {
				needs[name][app] = true
			}
		}
	}
	out := map[string][]protocol.App{}
	for name, apps := range needs {
		out[name] = slices.Sorted(maps.Keys(apps))
	}
	return out
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
	for _, b := range blocks(o) {
		chosen, err := b.choose(o)
		if err != nil {
			return Plan{}, err
		}
		if len(chosen) > 0 {
			p.Trials = append(p.Trials, b.layOut(chosen, o, rng)...)
		}
	}
	return p, nil
}

// blocks are those of the plan; what is asked for by name and not among them is taken from the full one. One's own load is
// a block of its own, and alone unless experiments are asked for beside it.
func blocks(o Options) []block {
	var own []block
	if o.Load != nil {
		own = []block{{name: o.Load.Name, rounds: same, twins: 2}}
		if len(o.Experiments) == 0 {
			return own
		}
	}
	own = append(own, plans[o.Name]...)
	for _, name := range o.Experiments {
		has := func(b block) bool { return slices.Contains(b.experiments, name) }
		if slices.ContainsFunc(own, has) {
			continue
		}
		if i := slices.IndexFunc(full, has); i >= 0 {
			own = append(own, full[i])
		}
	}
	return own
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

func (b block) choose(o Options) ([]experiment.Experiment, error) {
	if o.Load != nil && b.name == o.Load.Name {
		return []experiment.Experiment{*o.Load}, nil
	}
	var out []experiment.Experiment
	for _, name := range b.experiments {
		if len(o.Experiments) > 0 && !slices.Contains(o.Experiments, name) {
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
	first := experiments[0]
	switch {
	case first.Paths:
		return b.paths(experiments, o, round)
	case first.Bare != nil:
		return b.trials(experiments, target.Service{Model: theMachine}, o, round)
	case first.Ask != nil:
		var out []Trial
		for _, m := range b.contenders(o, round) {
			out = append(out, b.trials(experiments, m, o, round)...)
		}
		return out
	}
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
		if m.Model == target.Reference && times > 0 {
			out = append(out, b.planted(experiments, m, o, round)...)
		}
	}
	return append(out, b.yardsticks(experiments, o, round)...)
}

// theMachine stands for a service in trials that need none.
const theMachine = "machine"

func (b block) trials(experiments []experiment.Experiment, m target.Service, o Options, round int) []Trial {
	trial := Trial{Block: b.name, Model: m, Twin: m.Model == target.Reference && experiments[0].Ask == nil}
	var out []Trial
	for _, e := range experiments {
		cells := b.cells(e, m, o, round)
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

// cells are those of the experiment's that this model has in this round.
func (b block) cells(e experiment.Experiment, m target.Service, o Options, round int) []experiment.Cell {
	most := b.idle(m.Mechanism(), o)
	cells := slices.Clone(e.Cells)
	if e.Ask == nil {
		cells = reachable(cells, m)
	}
	cells = slices.DeleteFunc(cells, func(c experiment.Cell) bool {
		return round > 1 && c.Once || most >= 0 && c.Idle > most
	})
	known, _ := models.Find(m.Mechanism(), m.Args...)
	for i := range cells {
		cells[i].Window = time.Duration(float64(cells[i].Window) * o.Factor)
		if e.Users() && cells[i].Connections > 1 && known.Turns > 1 {
			cells[i].Window *= time.Duration(known.Turns)
			cells[i].Slice = experiment.LongSlice
		}
	}
	return cells
}

// reachable drops what follows the first cell in which the model serves K of N
// by nature: that one shows it, and more clients would show it again.
func reachable(cells []experiment.Cell, s target.Service) []experiment.Cell {
	m, _ := models.Find(s.Mechanism(), s.Args...)
	for i, c := range cells {
		if m.Declared(c.Clients()) != "" {
			return slices.Clone(cells[:i+1])
		}
	}
	return slices.Clone(cells)
}
