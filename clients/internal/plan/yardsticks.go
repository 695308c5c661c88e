package plan

import (
	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/experiment"
)

// yardsticks makes a round's trials of the yardsticks: each in those of the experiments in which a claim needs it. A block
// that is made without any model is made without them.
func (b block) yardsticks(experiments []experiment.Experiment, o Options, round int) (out []Trial) {
	if len(b.contenders(o, round)) == 0 {
		return nil
	}
	for _, y := range o.Yardsticks {
		var needed []experiment.Experiment
		for _, e := range experiments {
			if claims.Yardstick(e.Name, y.Yardstick) {
				needed = append(needed, e)
			}
		}
		if len(needed) > 0 {
			out = append(out, b.trials(needed, y, o, round)...)
		}
	}
	return out
}
