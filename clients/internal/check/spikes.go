package check

import (
	"context"
	"fmt"
	"time"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/plan"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// clients are the connections of each side.
const clients = spike.Clients

// window is the load of a trial, both sides together.
const window = 800 * time.Millisecond

var (
	twin   = spike.Slowed{}
	slower = []spike.Slowed{{Uncounted: 3}, {Uncounted: 10}}
)

// named is what an effect is called; none is the twin as it is.
func named(s spike.Slowed) string {
	if s == twin {
		return "nothing (its twin)"
	}
	return s.String()
}

// client connects the clients of the side that has the effect.
type client func(ctx context.Context, e experiment.Engines, addr string) (experiment.Conns, error)

// experiment is the reference beside its twin, whose clients are those, for so long.
func (s *session) experiment(name string, length time.Duration, contender client, saturates bool) plan.Step {
	reference := s.bench.Units[target.Reference].Addr(protocol.Echo)
	e := experiment.Experiment{
		Name: name, Metric: result.Rate, Saturates: saturates,
		Cells: []experiment.Cell{{Connections: clients, Window: length, Load: name}},
		Open: func(ctx context.Context, e experiment.Engines, side experiment.Address, _ experiment.Cell) (experiment.Conns, error) {
			if addr := side(protocol.Echo); addr != reference {
				return contender(ctx, e, addr)
			}
			return twin.Connect(ctx, e, reference)
		},
		Load: func(ctx context.Context, _ *engine.Engine, sides experiment.Sides, c experiment.Cell) (engine.Paired, error) {
			return engine.Pair(ctx, sides.Contender, sides.Reference, engine.Plan{Time: c.Window, Connections: c.Connections})
		},
	}
	return plan.Step{Experiment: e, Cells: e.Cells}
}

// planted is a fault that a gate must find, whatever the noise.
type planted struct {
	name, about string
	by          string // what the gate that finds it says
	experiment  func(s *session) plan.Step
}

var faults = []planted{
	{"stall", fmt.Sprintf("frozen for %v", frozen), "stalled: ", (*session).stall},
	{"starved client", fmt.Sprintf("1 of %d not asked", clients), "connections without any reply: ", (*session).starve},
	{"corrupted reply", "1 byte of 1 reply", "connections failed under load: ", (*session).corrupt},
}

// frozen is how long the twin stands still in the midst of a window.
const frozen = 500 * time.Millisecond

// stall has the twin's meter stop it for a while.
func (s *session) stall() plan.Step {
	step := s.experiment("spike stall", window, twin.Connect, false)
	load := step.Experiment.Load
	step.Experiment.Load = func(ctx context.Context, e *engine.Engine, sides experiment.Sides, c experiment.Cell) (engine.Paired, error) {
		ended := make(chan error, 1)
		go func() { ended <- s.freeze(ctx, c.Window/3) }()
		p, err := load(ctx, e, sides, c)
		if froze := <-ended; err == nil {
			err = froze
		}
		return p, err
	}
	return step
}

func (s *session) freeze(ctx context.Context, after time.Duration) error {
	for _, u := range s.bench.Units {
		if !u.Service.Twin || u.Model != target.Reference {
			continue
		}
		time.Sleep(after)
		if _, err := u.Meter.Signal(ctx, "STOP"); err != nil {
			return fmt.Errorf("stopping %s for a while: %w", u.Name, err)
		}
		time.Sleep(frozen)
		// It goes on whatever became of the context: a process that stands still answers nobody.
		if _, err := u.Meter.Signal(context.WithoutCancel(ctx), "CONT"); err != nil {
			return fmt.Errorf("letting %s go on: %w", u.Name, err)
		}
	}
	return nil
}

func (s *session) starve() plan.Step {
	return s.experiment("spike starved", window, s.starved, false)
}

// starved has one of the twin's clients ask only when the roll is called.
func (s *session) starved(ctx context.Context, e experiment.Engines, addr string) (experiment.Conns, error) {
	return joined(ctx, e, addr, addr, func(most, _ *engine.Group, discard, measure time.Duration) (engine.Slice, error) {
		slice, err := most.Slice(discard, measure)
		slice.Each = append(slice.Each[:len(slice.Each):len(slice.Each)], 0)
		return slice, err
	})
}

func (s *session) corrupt() plan.Step {
	return s.experiment("spike corrupted", window, s.corrupted, false)
}

// corrupted has the bytes of one client go through a proxy that changes one of them.
func (s *session) corrupted(ctx context.Context, e experiment.Engines, addr string) (experiment.Conns, error) {
	p, err := startProxy(addr, changed)
	if err != nil {
		return nil, err
	}
	c, err := joined(ctx, e, addr, p.addr(), func(most, one *engine.Group, discard, measure time.Duration) (engine.Slice, error) {
		slice, err := most.Slice(discard, measure)
		if err != nil || one.Len() == 0 {
			return slice, err
		}
		alone, err := one.Slice(0, 2*time.Millisecond)
		slice.Errors.Add(alone.Errors)
		if slice.Errors.Total() > 0 {
			err = nil // it is counted
		}
		return slice, err
	})
	if err != nil {
		p.close()
		return nil, err
	}
	c.also = p.close
	return c, nil
}

// changed is the reply that the proxy changes: the first is the roll call's, and each slice has one more at least.
const changed = 3
