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
	Services []target.Service // the models that take part, the reference and its twins among them, yardsticks, and paths
	Targets  []target.Target  // where they are reached
	Problem  func(name string) error
	Plan     plan.Options  // Models, Yardsticks, Paths and Twins are filled in
	Time     time.Duration // that the whole plan should take; 0: as long as Plan.Factor makes it
	Results  string        // the folder in which the run's own is made
	Shown    string        // what its user calls that folder; empty: the same
	Network  string        // which way the bytes go, for the manifest
	Pinning  pin.Choice
	Pinned   error            // why the client is not pinned; nil: it is
	Wait     time.Duration    // how long a service may take to come up
	Untimed  bool             // for tests: see trial.Bench
	Machine  *trial.Machine   // for tests; nil: this one
	Next     string           // what to type next
	Repeats  string           // the folder of the run that this one is like; empty: none
	Resume   *result.Run      // the run to go on with; nil: a new one. Plan must be Like its manifest
	Exercise *result.Exercise // for which the run is made, for the manifest; nil: none
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
	begun    *begun // what is gone on with; nil: a new run
	troubles int
	first    map[string]bool // models whose first figures were said
	again    []string        // trials of this round that were made again, and why
}

// Run makes the run. When the context ends it keeps what is measured, shows it,
// gives the services back and returns the context's error.
func Run(ctx context.Context, c Config) (err error) {
	run := comparison{Config: c, first: map[string]bool{}}
	if err := run.open(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, run.folder.Close()) }() // it leaves no folder of a run that never began
	run.say = progress.New(c.Out)
	defer run.say.End()
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
	run.bench.Untimed = c.Untimed
	if c.Machine != nil {
		run.bench.Machine = *c.Machine
	}
	return run.all(ctx)
}

// open makes the run's folder, or opens that of the run to go on with, and begins the manifest.
func (r *comparison) open() (err error) {
	m := result.Manifest{
		Started: time.Now().UTC(), Revision: version.Revision(), Network: r.Network, Repeats: r.Repeats,
		Pinning: r.Pinning, Machine: machine.Read(), Images: machine.Images(), Thresholds: thresholds(),
		Exercise: r.Exercise,
	}
	if r.Resume == nil {
		r.manifest = m
		r.folder, err = result.Create(r.Results, time.Now())
		return err
	}
	if r.begun, err = resume(*r.Resume); err != nil {
		return err
	}
	r.manifest = r.begun.manifest
	r.manifest.Services, r.manifest.Absent = nil, nil // they are asked anew
	r.manifest.Resumed = append(r.manifest.Resumed, result.Resumption{At: m.Started, Revision: m.Revision, Trial: r.begun.first()})
	r.folder, err = result.Reopen(r.Resume.Path, func(rec result.Record) bool { return r.begun.whole[rec.Trial] })
	return err
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
	if err := r.enoughCPUs(); err != nil {
		return err
	}
	p, err := r.layOut()
	if err != nil {
		return err
	}
	if err := r.pathless(p); err != nil {
		return err
	}
	if err := r.verifyAll(ctx, p); err != nil {
		return err
	}
	if err := r.carriedAll(ctx); err != nil {
		return err
	}
	if p, err = r.layOut(); err != nil { // without those that break the contract
		return err
	}
	if r.begun != nil {
		if err := r.begun.sameOrder(r.manifest.Plan.Order); err != nil {
			return err
		}
	}
	if err := r.folder.SaveManifest(r.manifest); err != nil {
		return err
	}
	measured := r.trials(ctx, p)
	r.manifest.Ended, r.manifest.Complete, r.manifest.TicksEnded = time.Now().UTC(), measured == nil, machine.Ticks()
	if err := errors.Join(r.folder.SaveManifest(r.manifest), r.show()); err != nil {
		return errors.Join(measured, err)
	}
	return measured
}

// show prints the comparison, from what is in the folder alone.
func (r *comparison) show() error {
	r.say.End()
	run, err := result.Read(r.folder.Path)
	if err != nil {
		return err
	}
	fmt.Fprintln(r.Out)
	report.Summarise(run).WriteBrief(r.Out)
	shown := r.folder.Path
	if r.Shown != "" {
		shown = filepath.Join(r.Shown, filepath.Base(shown))
	}
	fmt.Fprintf(r.Out, "\nResults: %s\nAll of it: lab report %s\n%s\n", shown, shown, r.Next)
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
