package comparison

import (
	"fmt"
	"slices"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/machine"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/result"
)

// Like is the plan of a run that was made: its seed and so its order, its experiments, rounds and windows. Models,
// Yardsticks and Twins are filled in by who runs it.
func Like(m result.Manifest) (plan.Options, error) {
	o := plan.Options{
		Name: m.Plan.Name, Seed: m.Plan.Seed, Rounds: m.Plan.Rounds, Factor: m.Plan.TimeFactor,
		Experiments: m.Plan.Asked, Named: m.Plan.Named,
	}
	if !slices.Contains(plan.Names, o.Name) || o.Rounds < 1 || !(o.Factor > 0) {
		return o, fmt.Errorf("its manifest holds no plan that can be repeated: plan %q, %d rounds, factor %v", o.Name, o.Rounds, o.Factor)
	}
	if m.Plan.Load != "" {
		mix, err := experiment.ParseMix(m.Plan.Load)
		if err != nil {
			return o, err
		}
		own := mix.Experiment()
		o.Load = &own
	}
	return o, nil
}

// begun is a run that was interrupted, as far as it had come.
type begun struct {
	manifest result.Manifest
	whole    map[int]bool // trials that need not be made again, by number
}

// resume looks how far an interrupted run had come.
func resume(run result.Run) (*begun, error) {
	if run.Manifest.Complete {
		return nil, fmt.Errorf("%s is whole: nothing is left to do (lab run -like repeats it)", run.Path)
	}
	if hash := thresholds().Hash; run.Manifest.Thresholds.Hash != hash {
		return nil, fmt.Errorf("%s was begun with other thresholds than this program has: it can be reported, and not gone on with", run.Path)
	}
	if was, is := run.Manifest.Machine, machine.Read(); was.Kernel != is.Kernel || was.CPU != is.CPU || was.CPUs != is.CPUs {
		return nil, fmt.Errorf("%s was begun on another machine: %s, %s, CPUs %s; this one is %s, %s, CPUs %s",
			run.Path, was.Kernel, was.CPU, was.CPUs, is.Kernel, is.CPU, is.CPUs)
	}
	b := &begun{manifest: run.Manifest, whole: map[int]bool{}}
	for number, expected := range run.Manifest.Plan.Cells {
		b.whole[number+1] = isWhole(run, number+1, expected)
	}
	return b, nil
}

// isWhole says whether a trial has all its records; one that met the model's bound has no more after that.
func isWhole(run result.Run, trial, expected int) bool {
	n := 0
	for _, r := range run.Records {
		if r.Trial != trial {
			continue
		}
		n++
		if r.Outcome == result.Bound || r.Outcome == result.Unsupported {
			return true
		}
	}
	return n >= expected
}

// first is the number of the first trial that is left to make.
func (b *begun) first() int {
	for i := range b.manifest.Plan.Order {
		if !b.whole[i+1] {
			return i + 1
		}
	}
	return len(b.manifest.Plan.Order) + 1
}

// sameOrder says whether a plan that was laid out anew makes the trials that were begun.
func (b *begun) sameOrder(order []string) error {
	if slices.Equal(order, b.manifest.Plan.Order) {
		return nil
	}
	return fmt.Errorf("the plan comes out otherwise than that of the run which is to go on (%d trials, not %d): are other services up than then?",
		len(order), len(b.manifest.Plan.Order))
}
