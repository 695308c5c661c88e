package trial

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// subject is the contender of a trial, as an experiment that asks it alone sees it.
type subject struct{ *Trial }

func (s subject) Model() models.Model          { return s.model }
func (s subject) Addr(app protocol.App) string { return s.contender.Addr(app) }
func (s subject) CPU() int                     { return s.bench.Client }
func (s subject) Seed() uint64                 { return s.seed }

func (s subject) Fresh(ctx context.Context, args ...string) error { return s.FreshOn(ctx, 0, args...) }

func (s subject) FreshOn(ctx context.Context, cpus int, args ...string) error {
	_, err := s.contender.freshOn(ctx, cpus, s.apps, args...)
	return err
}

func (s subject) Read(ctx context.Context) (control.Reading, error) {
	return s.contender.Meter.Metrics(ctx)
}

func (s subject) Signal(ctx context.Context, name string) error {
	if _, err := s.contender.Meter.Signal(ctx, name); err != nil {
		return fmt.Errorf("SIG%s to %s: %w", name, s.contender.Name, err)
	}
	return nil
}

// ask puts the experiment's questions to the contender alone.
func (t *Trial) ask(ctx context.Context, e experiment.Experiment, c experiment.Cell, rec *result.Record) error {
	before, known := t.contender.Meter.CPUTimes(ctx)
	answer, err := e.Ask(ctx, subject{t}, c)
	put(rec, answer)
	if err != nil {
		return err
	}
	if after, read := t.contender.Meter.CPUTimes(ctx); known == nil && read == nil {
		withhold(rec, gate.Unthrottled(t.contender.Name, after.Throttled-before.Throttled))
	}
	if t.running != "" {
		withhold(rec, besides(t.running))
	}
	return nil
}

func put(rec *result.Record, a experiment.Answer) {
	rec.Figures, rec.Notes = a.Figures, a.Notes
	switch {
	case a.Refused != "":
		rec.Outcome, rec.Reason = result.Unsupported, a.Refused
	case a.Bound != "":
		rec.Outcome, rec.Reason = result.Bound, a.Bound
	case a.Withheld != "":
		rec.Outcome, rec.Reason = result.Withheld, a.Withheld
	default:
		rec.Outcome = result.OK
	}
}

// bare puts the questions that need no service to the machine.
func (b *Bench) bare(ctx context.Context, p plan.Trial, running string, blank result.Record) (records []result.Record) {
	for _, s := range p.Steps {
		for _, c := range s.Cells {
			rec := of(blank, s.Experiment, c)
			answers, err := s.Experiment.Bare(ctx, experiment.Machine{CPU: b.Client, Seed: blank.Seed + uint64(blank.Trial)}, c)
			for _, name := range slices.Sorted(maps.Keys(answers)) {
				one := rec
				one.Model = name
				put(&one, answers[name])
				if running != "" {
					withhold(&one, besides(running))
				}
				records = append(records, one)
			}
			if err != nil {
				rec.Outcome, rec.Reason = result.Failed, err.Error()
				records = append(records, rec)
			}
		}
	}
	return records
}
