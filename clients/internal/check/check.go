// Package check finds out what this machine can tell apart at the moment: it
// adds known effects (spike-ins) to the comparison of the reference with its twin,
// in trials as a run makes them, and looks which of them are found.
package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/progress"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
	"c10klab/clients/internal/trial"
)

// Config says what is checked, and how long.
type Config struct {
	Services []target.Service // the reference, its twin, and whatever must stand still meanwhile
	Targets  []target.Target  // where they are reached
	Problem  func(name string) error
	Seed     uint64
	Pinning  pin.Choice
	Network  string        // which way the bytes go, for the caption
	Wait     time.Duration // how long a service may take to come up
	Factor   float64       // of the windows in rounds, and of Usual; above 0
	Out      io.Writer
}

// Usual is after how long no further round begins. Six are made however long they take.
const Usual = 75 * time.Second

// ErrVoid says that an effect was not found that is larger than the noise: no run on this machine is to be believed now.
var ErrVoid = errors.New("void: a spike-in that is larger than the noise went unseen")

// ErrUnknown says that the noise is not known, so that nothing could be told.
var ErrUnknown = errors.New("the noise of this machine is not known: too few trials were sound")

// session is a check in progress.
type session struct {
	Config
	say    *progress.Teller
	bench  *trial.Bench
	trials int
	found  Outcome
}

// Run makes the check and prints its table. An effect that should have been found, and was not, is ErrVoid.
func Run(ctx context.Context, c Config) error {
	bench, err := trial.NewBench(c.Targets, c.Pinning.Client, c.Pinning.Servers[0])
	if err != nil {
		return err
	}
	defer bench.Close()
	s := &session{Config: c, say: progress.New(c.Out), bench: bench}
	s.found = Outcome{Seed: c.Seed, Pinning: c.Pinning, Network: c.Network, ratios: map[spike.Slowed][2][]float64{}, missed: map[spike.Slowed]int{}}
	defer s.say.End()
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.giveBack(ctx)
	if err := s.measure(ctx); err != nil {
		return err
	}
	s.say.End()
	s.found.Write(c.Out)
	return s.found.Verdict()
}

// measure makes the honest trials, the rounds of spike-ins, and the faults.
func (s *session) measure(ctx context.Context) error {
	began := time.Now()
	s.say.Begin(s.estimate())
	if err := s.honest(ctx); err != nil {
		return err
	}
	s.say.Say("%s", s.found.quiet())
	for _, f := range faults {
		r, err := s.trial(ctx, f.experiment(s))
		if err != nil {
			return err
		}
		s.found.faults = append(s.found.faults, fault{f.name, f.about, f.by, r})
	}
	for round := 1; s.least() < stats.MinRounds && (round <= stats.MinRounds || time.Since(began) < s.scaled(Usual)); round++ {
		if err := s.round(ctx, round); err != nil {
			return err
		}
		s.found.rounds = round
	}
	return nil
}

// attempts is how often an honest trial may be made until one passes.
const attempts = 3

// honest asks whether an honest trial passes all gates.
func (s *session) honest(ctx context.Context) error {
	for range attempts {
		r, err := s.trial(ctx, s.experiment("check", s.window(), twin.Connect, true))
		if err != nil {
			return err
		}
		if s.found.honest = append(s.found.honest, r); r.Outcome == result.OK && r.Disturbed == "" {
			break
		}
	}
	return nil
}

// round puts down what the twin shows, twice, and with each of the slowed ones.
func (s *session) round(ctx context.Context, round int) error {
	effects := append([]spike.Slowed{twin, twin}, slower...)
	for i := range effects {
		e := effects[(i+round)%len(effects)] // no effect is always the first
		s.say.Now(fmt.Sprintf("round %d, %s", round, named(e)))
		r, err := s.trial(ctx, s.experiment("spike "+named(e), s.window(), e.Connect, false))
		if err != nil {
			return err
		}
		s.found.add(e, r)
	}
	s.say.Say("round %d: %d of %d rounds are sound", round, s.least(), stats.MinRounds)
	return nil
}

// least is how many sound trials the effect has that has fewest, up to as many as an interval takes.
func (s *session) least() int {
	least := min(stats.MinRounds, s.found.sound(twin))
	for _, e := range slower {
		least = min(least, s.found.sound(e))
	}
	return least
}

func (s *session) scaled(d time.Duration) time.Duration { return time.Duration(s.Factor * float64(d)) }

func (s *session) window() time.Duration { return s.scaled(window) }

// trial is one trial of the reference beside its twin.
func (s *session) trial(ctx context.Context, step plan.Step) (out result.Record, err error) {
	s.trials++
	t := plan.Trial{Block: "check", Round: 1, Rounds: 1, Model: target.Service{Name: target.Reference, Model: target.Reference}, Twin: true, Steps: []plan.Step{step}}
	err = s.bench.Run(ctx, t, s.trials, s.Seed, func(r result.Record) error { out = r; return nil })
	s.say.Done(t.Estimate())
	return out, err
}

func (s *session) estimate() time.Duration {
	one := plan.Trial{Model: target.Service{Model: target.Reference}, Steps: []plan.Step{s.experiment("check", s.window(), twin.Connect, true)}}.Estimate()
	return one * time.Duration(1+len(faults)+stats.MinRounds*(2+len(slower)))
}
