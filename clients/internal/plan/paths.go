package plan

import (
	"slices"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/target"
)

// paths makes a round's trials of the ways on which the reference is reached: one of each, and of the bridge, which is the
// reference beside its twin. They are about the reference: who names other models alone has none, unless it was asked for.
func (b block) paths(experiments []experiment.Experiment, o Options, round int) (out []Trial) {
	asked := slices.Contains(o.Experiments, experiments[0].Name) || len(o.Named) == 0 || slices.Contains(o.Named, target.Reference)
	if len(o.Paths) == 0 || !asked {
		return nil
	}
	for _, p := range o.Paths {
		out = append(out, b.trials(experiments, p, o, round)...)
	}
	for _, m := range o.Models {
		if m.Model != target.Reference || !o.Twins {
			continue
		}
		for range b.twins {
			out = append(out, b.trials(experiments, m, o, round)...)
		}
	}
	return out
}

// Pathless are the experiments that were asked for by name and are put to ways of which none is up.
func (o Options) Pathless() (names []string) {
	for _, name := range o.Experiments {
		if e, err := experiment.Find(name); err == nil && e.Paths && len(o.Paths) == 0 {
			names = append(names, name)
		}
	}
	return names
}
