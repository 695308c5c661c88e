// Package museum keeps mistakes of measuring, each beside the right way: an
// exhibit measures the same servers both ways, shows both numbers, and says why
// they differ, or that on this machine they don't.
package museum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Exhibit is one mistake.
type Exhibit struct {
	Name    string // as it is named on the command line
	Title   string
	Mistake string // what is done wrong, in a sentence or two
	Chance  bool   // it draws at random: Options.Seed decides the draws

	measure func(context.Context, *room) (Finding, error)
}

// Options say how an exhibit measures.
type Options struct {
	Time time.Duration // length of one window, MinTime to MaxTime; most exhibits take a dozen of them, single-twin thirty
	Seed uint64        // of what is drawn at random
}

// Bounds of Options.Time, and what is usual.
const (
	MinTime   = 20 * time.Millisecond
	MaxTime   = 10 * time.Second
	UsualTime = time.Second
)

// Unsupported says that this machine can't show an exhibit, and why.
type Unsupported struct{ Why string }

func (u *Unsupported) Error() string { return "can't be shown here: " + u.Why }

func unsupportedf(format string, args ...any) error {
	return &Unsupported{fmt.Sprintf(format, args...)}
}

// All are the exhibits, in the order in which they are listed.
func All() []Exhibit {
	return []Exhibit{
		omission, keepAlive, quota, publishedPort, sharedCore, healthChecks,
		nagle, bestOf, mean, averaged, threeRounds, utilisation,
		consecutive, shortSlices, freeze, clientSpeed, singleTwin,
	}
}

// Find returns the exhibit of that name, or an error that lists the names.
func Find(name string) (Exhibit, error) {
	var names []string
	for _, e := range All() {
		if e.Name == name {
			return e, nil
		}
		names = append(names, e.Name)
	}
	return Exhibit{}, fmt.Errorf("no exhibit %q: choose from %s", name, strings.Join(names, ", "))
}

// Run measures both ways. Servers and clients end with it. A context that ends
// before is its error; what the machine can't show is an Unsupported.
func (e Exhibit) Run(ctx context.Context, o Options) (f Finding, err error) {
	if o.Time < MinTime || o.Time > MaxTime {
		return f, fmt.Errorf("windows of %v: choose %v to %v", o.Time, MinTime, MaxTime)
	}
	r, err := enter(o)
	if err != nil {
		return f, fmt.Errorf("%s: %w", e.Name, err)
	}
	defer func() { err = errors.Join(err, r.close()) }()
	f, err = e.measure(ctx, r)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if err != nil {
		return Finding{}, fmt.Errorf("%s: %w", e.Name, err)
	}
	if r.Shared != "" && !slices.Contains(f.Notes, r.Shared) {
		f.Notes = append(f.Notes, r.Shared)
	}
	return f, nil
}
