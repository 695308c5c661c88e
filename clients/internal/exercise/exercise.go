// Package exercise turns a run of the lab into a lab exercise: predictions that are written down before it, and what the run
// says of each of them after it. It measures nothing itself.
package exercise

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/target"
	"c10klab/docs/labs"
)

// Exercise is a sheet and what the lab needs to run and grade it.
type Exercise struct {
	labs.Sheet
	Plan      Plan
	Questions []Question // one for each of the sheet's, in whichever order
	Learnt    string     // what whoever has come to the end knows now
}

// Plan is the part of a plan that the exercise's run makes. Experiments and models that are both named are made as they are,
// with the whole range of each experiment.
type Plan struct {
	Experiments []string
	Models      []string // the reference takes part in any case
	Rounds      int      // 0: 6, the least that ranks; with 9 the interval leaves out the outermost round on either side, and one or two may be withheld
}

// Question is how one of the sheet's questions is decided.
type Question struct {
	ID    string
	Truth func(Run) Truth
	Hints [Hints]string // from a nudge to nearly the answer
}

// Hints is how many each question has.
const Hints = 3

// Most is how long the run of an exercise may take, by the plan's own estimate, on two cores.
const Most = 5 * time.Minute

// Options are the plan's, for a run of these exercises; seed draws its order.
func (p Plan) Options(seed uint64) plan.Options {
	rounds := p.Rounds
	if rounds == 0 {
		rounds = 6
	}
	return plan.Options{Name: "quick", Seed: seed, Rounds: rounds, Factor: 1, Experiments: p.Experiments, Named: p.Models}
}

// Estimate is how long the run takes, roughly.
func (p Plan) Estimate() (time.Duration, error) {
	o := p.Options(1)
	o.Twins = true
	for _, name := range models.Names() {
		if name == target.Reference || slices.Contains(p.Models, name) {
			o.Models = append(o.Models, target.Service{Name: name, Model: name})
		}
	}
	laid, err := plan.Make(o)
	if err != nil {
		return 0, err
	}
	return laid.Estimate(), nil
}

// question is the one of that name.
func (e Exercise) question(id string) (Question, bool) {
	i := slices.IndexFunc(e.Questions, func(q Question) bool { return q.ID == id })
	if i < 0 {
		return Question{}, false
	}
	return e.Questions[i], true
}

// Sole picks one question for all that follows; without a name, all.
func (e Exercise) Sole(name string) ([]labs.Question, error) {
	if name == "" {
		return e.Sheet.Questions, nil
	}
	var known []string
	for _, q := range e.Sheet.Questions {
		if q.ID == name {
			return []labs.Question{q}, nil
		}
		known = append(known, q.ID)
	}
	return nil, fmt.Errorf("exercise %d has no question %q: choose from %s", e.Number, name, strings.Join(known, ", "))
}
