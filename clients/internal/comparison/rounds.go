package comparison

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/progress"
	"c10klab/clients/internal/report"
	"c10klab/clients/internal/result"
)

// trials makes the plan's trials in their order.
func (r *comparison) trials(ctx context.Context, p plan.Plan) error {
	r.say.Say("%s in about %s; seed %d", plural(len(p.Trials), "trial"), progress.Short(p.Estimate()), p.Seed)
	r.say.Begin(p.Estimate())
	round := time.Now()
	for i, t := range p.Trials {
		if r.begun != nil && r.begun.whole[i+1] {
			r.say.Done(t.Estimate())
			continue
		}
		if r.over(p) {
			r.manifest.Plan.Left = len(p.Trials) - i
			r.say.Say("the plan's %s are over: %s left out", progress.Short(p.Limit()), plural(r.manifest.Plan.Left, "trial"))
			return nil
		}
		r.say.Now(fmt.Sprintf("%s %d/%d %s", t.Block, t.Round, t.Rounds, t.Model.Model))
		made, err := r.quietly(ctx, p, t, i+1)
		if err != nil {
			return err
		}
		for _, rec := range made {
			if err := r.add(rec); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if t.Block == "rank" && t.Round == 1 && !t.Planted() {
			r.firstFigures(t.Model.Model, made)
		}
		r.say.Done(t.Estimate())
		if i+1 < len(p.Trials) && p.Trials[i+1].Block == t.Block && p.Trials[i+1].Round == t.Round {
			continue
		}
		r.say.Say("%-8s round %d of %d in %s; %s left", t.Block, t.Round, t.Rounds,
			progress.Short(time.Since(round)), r.say.Left())
		r.tellAgain()
		round = time.Now()
	}
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// firstFigures says what a model's first trial gave, while the rest is measured.
func (r *comparison) firstFigures(model string, records []result.Record) {
	if r.first[model] {
		return // the reference has two twins
	}
	if len(r.first) == 0 {
		r.say.Say("First figures, of one trial each (epoll = 1.00; no intervals yet):")
	}
	r.first[model] = true
	r.say.Say("%s", report.First(model, records))
}

// add keeps a record, and says at once what went wrong.
func (r *comparison) add(rec result.Record) error {
	if rec.Outcome == result.Failed {
		r.troubles++
		r.say.Say("%s, %s: %s", rec.Model, where(rec), rec.Reason)
	}
	return r.folder.Add(rec)
}

func where(rec result.Record) string {
	if rec.Idle > 0 {
		return fmt.Sprintf("%s beside %d idle", rec.Experiment, rec.Idle)
	}
	return fmt.Sprintf("%s with %d", rec.Experiment, rec.Connections)
}
