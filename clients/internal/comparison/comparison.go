// Package comparison makes a whole run: it waits for the services, verifies
// them, makes the trials of a plan, and shows what came out.
package comparison

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"c10klab/clients/internal/machine"
	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/progress"
	"c10klab/clients/internal/report"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/clients/internal/trial"
	"c10klab/clients/internal/version"
)

// Config says what is compared, and where.
type Config struct {
	Services []target.Service // the models that take part, the reference and its twins among them
	Targets  []target.Target  // where they are reached
	Problem  func(name string) error
	Plan     plan.Options  // Models and Twins are filled in
	Time     time.Duration // that the whole plan should take; 0: as long as Plan.Factor makes it
	Results  string        // the folder in which the run's own is made
	Shown    string        // what its user calls that folder; empty: the same
	Network  string        // which way the bytes go, for the manifest
	Pinning  pin.Choice
	Pinned   error         // why the client is not pinned; nil: it is
	Wait     time.Duration // how long a service may take to come up
	Next     string        // what to type next
	Out      io.Writer
}

// ErrIncomplete says that something of the run failed; what, was told as it happened.
var ErrIncomplete = errors.New("the run is not whole")

// comparison is a run in progress.
type comparison struct {
	Config
	say      *progress.Teller
	bench    *trial.Bench
	folder   *result.Folder
	manifest result.Manifest
	troubles int
	first    map[string]bool // models whose first figures were said
}

// Run makes the run. When the context ends it keeps what is measured, shows it,
// gives the services back and returns the context's error.
func Run(ctx context.Context, c Config) (err error) {
	folder, err := result.Create(c.Results, time.Now())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }() // it leaves no folder of a run that never began
	run := comparison{Config: c, say: progress.New(c.Out), folder: folder, first: map[string]bool{}}
	defer run.say.End()
	run.manifest = result.Manifest{
		Started: time.Now().UTC(), Revision: version.Revision(), Network: c.Network,
		Pinning: c.Pinning, Machine: machine.Read(),
	}
	client := c.Pinning.Client
	if c.Pinned != nil {
		run.manifest.Pinned, client = c.Pinned.Error(), -1
	}
	server := 0
	if len(c.Pinning.Servers) > 0 {
		server = c.Pinning.Servers[0]
	}
	if run.bench, err = trial.NewBench(c.Targets, client, server); err != nil {
		return err
	}
	defer run.bench.Close()
	return run.all(ctx)
}

func (r *comparison) all(ctx context.Context) (err error) {
	if err := r.waitForAll(ctx); err != nil {
		return err
	}
	if err := r.claim(ctx); err != nil {
		return err
	}
	defer func() {
		r.restore(ctx)
		if err == nil && r.troubles > 0 {
			err = ErrIncomplete
		}
	}()
	if err := r.verifyAll(ctx); err != nil {
		return err
	}
	p, err := r.layOut()
	if err != nil {
		return err
	}
	if err := r.folder.SaveManifest(r.manifest); err != nil {
		return err
	}
	measured := r.trials(ctx, p)
	r.manifest.Ended, r.manifest.Complete = time.Now().UTC(), measured == nil
	if err := errors.Join(r.folder.SaveManifest(r.manifest), r.show()); err != nil {
		return errors.Join(measured, err)
	}
	return measured
}

// layOut makes the plan for the services that are up and verified.
func (r *comparison) layOut() (plan.Plan, error) {
	o := r.Plan
	o.Models, o.Twins = nil, false
	for _, s := range r.Services {
		if !r.bench.Takes(s.Name) {
			continue
		}
		if s.Twin {
			o.Twins = o.Twins || s.Model == target.Reference
		} else {
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
		Name: o.Name, Seed: o.Seed, Rounds: o.Rounds, TimeFactor: o.Factor, Estimate: p.Estimate().Seconds(),
		Experiments: p.Chosen(),
	}
	for _, t := range p.Trials {
		r.manifest.Plan.Order = append(r.manifest.Plan.Order, fmt.Sprintf("%s %d %s", t.Block, t.Round, t.Model.Model))
	}
	return p, nil
}

// minFactor is the least that windows may be shortened to: below it, slices are
// longer than the window.
const minFactor = 0.05

// trials makes the plan's trials in their order.
func (r *comparison) trials(ctx context.Context, p plan.Plan) error {
	r.say.Say("%d trials in about %s; seed %d", len(p.Trials), progress.Short(p.Estimate()), p.Seed)
	r.say.Begin(p.Estimate())
	round := time.Now()
	for i, t := range p.Trials {
		r.say.Now(fmt.Sprintf("%s %d/%d %s", t.Block, t.Round, t.Rounds, t.Model.Model))
		var made []result.Record
		err := r.bench.Run(ctx, t, i+1, p.Seed, func(rec result.Record) error {
			made = append(made, rec)
			return r.add(rec)
		})
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("trial %d, %s of %s: %w", i+1, t.Block, t.Model.Model, err)
		}
		if t.Block == "rank" && t.Round == 1 {
			r.firstFigures(t.Model.Model, made)
		}
		r.say.Done(t.Estimate())
		if i+1 < len(p.Trials) && p.Trials[i+1].Block == t.Block && p.Trials[i+1].Round == t.Round {
			continue
		}
		r.say.Say("%-8s round %d of %d in %s; %s left", t.Block, t.Round, t.Rounds,
			progress.Short(time.Since(round)), r.say.Left())
		round = time.Now()
	}
	return nil
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

// show prints the comparison, from what is in the folder alone.
func (r *comparison) show() error {
	r.say.End()
	run, err := result.Read(r.folder.Path)
	if err != nil {
		return err
	}
	fmt.Fprintln(r.Out)
	report.Summarise(run).Write(r.Out)
	shown := r.folder.Path
	if r.Shown != "" {
		shown = filepath.Join(r.Shown, filepath.Base(shown))
	}
	fmt.Fprintf(r.Out, "\nResults: %s\n%s\n", shown, r.Next)
	return nil
}

// restoreTime is how long the services may take to serve everything again.
const restoreTime = 15 * time.Second

// restore gives the services back, after Ctrl-C as well. Where it can't, the leases will.
func (r *comparison) restore(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), restoreTime)
	defer cancel()
	failed := r.bench.Restore(ctx)
	for _, name := range slices.Sorted(maps.Keys(failed)) {
		r.troubles++
		fmt.Fprintf(r.Out, "%s was not given back: %v\n", name, failed[name])
	}
}
