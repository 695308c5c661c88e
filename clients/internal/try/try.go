// Package try puts a service as it was edited beside the same service as it was
// committed: the contract first, then both under the same load by turns, round
// by round, and beside them the committed one against its own twin, which tells
// what a difference between equals looks like at that moment.
package try

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"c10klab/clients/internal/conformance"
	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/pin"
	"c10klab/clients/internal/progress"
	"c10klab/clients/internal/target"
)

// Names of the three services that take part, wherever they run.
const (
	Committed = "committed"
	Twin      = "twin" // the committed one in another process
	Yours     = "yours"
)

// Clients is how many connections keep a server busy, where its model serves so many.
const Clients = 64

// Config says what is compared, and how long.
type Config struct {
	Committed, Twin, Yours target.Target      // one model
	Cases                  []conformance.Case // of echo, put to yours before anything is measured
	Rounds                 int                // at least 1; an interval takes stats.MinRounds
	Factor                 float64            // for every window of load; 1 is the usual length
	Seed                   uint64             // that the order within rounds is drawn from
	Pinning                pin.Choice
	Network                string                  // which way the bytes go, for the caption
	Problem                func(name string) error // why a service can't answer any more; nil where nobody knows
	Wait                   time.Duration           // how long a service may take to come up
	Out                    io.Writer
}

// ErrContract says that the edited service breaks the contract, so that nothing
// was measured.
var ErrContract = errors.New("yours breaks the contract, so it is not measured")

// session is a try in progress.
type session struct {
	Config
	say                    *progress.Teller
	engine                 *engine.Engine
	committed, twin, yours *unit
	clients                int
	restless               bool
}

// Run makes the comparison and prints its table. When the context ends it prints
// what it has and returns the context's error.
func Run(ctx context.Context, c Config) error {
	e, err := engine.New(engine.Options{CPU: c.Pinning.Client})
	if err != nil {
		return err
	}
	defer e.Close()
	s := &session{
		Config: c, say: progress.New(c.Out), engine: e, clients: clients(c),
		committed: newUnit(c.Committed), twin: newUnit(c.Twin), yours: newUnit(c.Yours),
	}
	defer s.say.End()
	model, _ := models.Find(c.Yours.Model, c.Yours.Args...)
	s.restless = model.Restless
	for _, u := range s.units() {
		defer u.meter.Close()
	}
	if err := s.comeUp(ctx); err != nil {
		return err
	}
	if err := s.verify(ctx); err != nil {
		return err
	}
	rounds, err := s.rounds(ctx)
	s.say.End()
	if len(rounds) > 0 && (err == nil || ctx.Err() != nil) {
		s.outcome(rounds).Write(c.Out)
	}
	return err
}

// clients is how many both sides serve at the same time: 64, unless the model,
// the size of its pool, or a short backlog allows for fewer. They come at once, and
// who finds the backlog full is let in seconds later.
func clients(c Config) int {
	n := Clients
	for _, t := range []target.Target{c.Committed, c.Yours} {
		m, _ := models.Find(t.Model, t.Args...)
		n = m.Served(n)
		if k, given := backlog(t.Args); given {
			n = min(n, k+1) // the kernel lets one more wait
		}
	}
	return n
}

// backlog is what the arguments set it to; the last one counts.
func backlog(args []string) (k int, given bool) {
	for i, arg := range args {
		name, value, joined := strings.Cut(arg, "=")
		if name != "-backlog" && name != "--backlog" {
			continue
		}
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		if v, err := strconv.Atoi(value); err == nil && v >= 0 {
			k, given = v, true
		}
	}
	return k, given
}

func (s *session) units() []*unit { return []*unit{s.committed, s.twin, s.yours} }

// comeUp waits until all are there.
func (s *session) comeUp(ctx context.Context) error {
	errs := make([]error, len(s.units()))
	var wg sync.WaitGroup
	for i, u := range s.units() {
		wg.Go(func() { errs[i] = u.comeUp(ctx, s.Wait, s.Problem) })
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// usual is what a round takes beside its windows of load: processes that start,
// connections that are made, and all of that for two pairs.
const usual = 1200 * time.Millisecond

// rounds measures. It returns what it has beside an error.
func (s *session) rounds(ctx context.Context) (out []Round, err error) {
	for _, u := range s.units() {
		if err := u.stop(ctx); err != nil {
			return nil, err
		}
	}
	each := usual + 2*s.window(busyWindow) + 2*s.window(singleWindow)
	s.say.Say("%d rounds in about %s; seed %d", s.Rounds, progress.Short(time.Duration(s.Rounds)*each), s.Seed)
	s.say.Begin(time.Duration(s.Rounds) * each)
	order := rand.New(rand.NewPCG(s.Seed, 0x747279)) // "try"
	for i := range s.Rounds {
		s.say.Now(fmt.Sprintf("round %d of %d", i+1, s.Rounds))
		r, err := s.round(ctx, order.IntN(2) == 0)
		if err != nil {
			return out, err
		}
		out = append(out, r)
		s.say.Done(each)
	}
	return out, nil
}

// round measures yours and the twin beside the committed one, in either order.
func (s *session) round(ctx context.Context, yoursFirst bool) (r Round, err error) {
	sides := []struct {
		unit *unit
		pair *Pair
	}{{s.yours, &r.Yours}, {s.twin, &r.Twin}}
	if !yoursFirst {
		sides[0], sides[1] = sides[1], sides[0]
	}
	for _, side := range sides {
		if *side.pair, err = s.pair(ctx, side.unit); err != nil {
			return r, err
		}
	}
	return r, nil
}

// window is a window of load at this try's length.
func (s *session) window(d time.Duration) time.Duration {
	return time.Duration(float64(d) * s.Factor)
}
