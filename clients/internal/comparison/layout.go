package comparison

import (
	"fmt"

	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/progress"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

// layOut makes the plan for the services that are up and verified.
func (r *comparison) layOut() (plan.Plan, error) {
	o := r.Plan
	o.Models, o.Yardsticks, o.Paths, o.Twins = nil, nil, nil, false
	for _, s := range r.Services {
		if !r.bench.Takes(s.Name) {
			continue
		}
		switch {
		case s.Twin:
			o.Twins = o.Twins || s.Model == target.Reference
		case s.Yardstick != "":
			o.Yardsticks = append(o.Yardsticks, s)
		case s.Path != "":
			o.Paths = append(o.Paths, s)
		default:
			o.Models = append(o.Models, s)
		}
	}
	p, err := plan.Make(o)
	if err != nil {
		return p, err
	}
	if r.Time > 0 {
		o.Factor = p.FactorFor(r.Time)
		if o.Factor < minFactor {
			return p, fmt.Errorf("%v is too short for this plan: its trials take %s without a moment of load; choose fewer rounds, experiments or models",
				r.Time, progress.Short(p.Overhead()))
		}
		if p, err = plan.Make(o); err != nil {
			return p, err
		}
	}
	r.manifest.Plan = result.Plan{
		Load: loadOf(o), Named: o.Named, Asked: o.Experiments, Name: o.Name, Seed: o.Seed, Rounds: o.Rounds, TimeFactor: o.Factor, Estimate: p.Estimate().Seconds(),
		Experiments: p.Chosen(),
	}
	for _, t := range p.Trials {
		r.manifest.Plan.Order = append(r.manifest.Plan.Order, fmt.Sprintf("%s %d %s", t.Block, t.Round, t.Model.Model))
		r.manifest.Plan.Cells = append(r.manifest.Plan.Cells, t.Cells())
	}
	return p, nil
}

// enoughCPUs says whether the services have as many as one's own load asks for.
func (r *comparison) enoughCPUs() error {
	if r.Plan.Load == nil || r.Plan.Load.CPUs == 0 {
		return nil
	}
	for _, s := range r.manifest.Services {
		if n, known := s.Found["cpus"]; known && int(n) < r.Plan.Load.CPUs {
			return fmt.Errorf("-load: %s may run on %s, and cpus=%d asks for more; LAB_CPUS=0,1 would give the services two",
				s.Name, plural(int(n), "CPU"), r.Plan.Load.CPUs)
		}
	}
	return nil
}

// loadOf is one's own load as it was asked for; empty: there is none.
func loadOf(o plan.Options) string {
	if o.Load == nil {
		return ""
	}
	return o.Load.Cells[0].Load
}

// minFactor is the least that windows may be shortened to: below it, slices are
// longer than the window.
const minFactor = 0.05
