package comparison

import (
	"context"
	"fmt"
	"strings"
	"time"

	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/result"
)

// tellAgain says which trials of a round were made again.
func (r *comparison) tellAgain() {
	switch n := len(r.again); {
	case n == 1:
		r.say.Say("  made again: %s", r.again[0])
	case n > 1:
		r.say.Say("  made again: %s, and %d more", r.again[0], n-1)
	}
	r.again = nil
}

// quietly makes a trial, and once more if the machine was not quiet meanwhile and the plan's limit leaves time for it: then
// the first one's figures are dropped, and what disturbed them is said.
func (r *comparison) quietly(ctx context.Context, p plan.Plan, t plan.Trial, number int) (made []result.Record, err error) {
	rerun := ""
	for {
		made = nil
		err = r.bench.Run(ctx, t, number, p.Seed, func(rec result.Record) error {
			rec.Rerun = rerun
			made = append(made, rec)
			return nil
		})
		if err != nil && ctx.Err() == nil {
			return made, fmt.Errorf("trial %d, %s of %s: %w", number, t.Block, t.Model.Model, err)
		}
		why := unquiet(made)
		if ctx.Err() != nil || rerun != "" || why == "" || t.Counts() || r.Untimed || !r.timeFor(p, number) {
			return made, nil
		}
		rerun = why
		r.again = append(r.again, fmt.Sprintf("%s (%s)", t.Model.Model, rerun))
	}
}

// unquiet says what disturbed a trial; empty: nothing did. A stall may be the server's own, which will show it again. A trial
// that failed is told of, whatever the machine did: a service that dies, or answers wrongly, must not be given another chance in
// silence.
func unquiet(made []result.Record) (why string) {
	for _, rec := range made {
		switch {
		case rec.Outcome == result.Failed, rec.Contender.Errors.Total() > 0:
			return ""
		case why != "":
		case rec.Disturbed != "":
			why = rec.Disturbed
		case rec.Outcome == result.Withheld && strings.Contains(rec.Reason, "stalled: "):
			why = rec.Reason
		}
	}
	return why
}

// over says whether the plan has had its time. One that is asked for longer windows, or more rounds, takes as long as it takes.
func (r *comparison) over(p plan.Plan) bool {
	return r.Time == 0 && p.Name == "full" && time.Since(r.begunAt()) > p.Limit()
}

// begunAt is when this run began, or went on.
func (r *comparison) begunAt() time.Time {
	if n := len(r.manifest.Resumed); n > 0 {
		return r.manifest.Resumed[n-1].At
	}
	return r.manifest.Started
}

// timeFor says whether that trial may be made again before the run's limit.
func (r *comparison) timeFor(p plan.Plan, number int) bool {
	limit := p.Limit()
	if r.Time > 0 {
		limit = r.Time
	}
	left := time.Duration(0)
	for _, t := range p.Trials[number-1:] {
		left += t.Estimate()
	}
	return time.Since(r.begunAt())+left < limit
}
