package plan

import (
	"slices"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
	"c10klab/clients/internal/target"
)

// Planted says that the trial has an effect of known size planted in it, and tells nothing of a model.
func (t Trial) Planted() bool { return t.Steps[0].Experiment.Name == result.Spike }

// planted is a round's trial of the reference's twin, slowed, where rates are ranked by the noise of that twin. Its window is
// as long as theirs.
func (b block) planted(experiments []experiment.Experiment, m target.Service, o Options, round int) []Trial {
	i := slices.IndexFunc(experiments, func(e experiment.Experiment) bool { return e.Name == spike.Throughput })
	if i < 0 {
		return nil
	}
	return b.trials([]experiment.Experiment{spike.Experiment(experiments[i].Cells[0].Window)}, m, o, round)
}
