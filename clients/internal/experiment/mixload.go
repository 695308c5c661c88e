package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// MixName is the name of the experiment that a Mix makes.
const MixName = "load"

// Experiment puts the mix to every model. Its ratio is that of the replies per second; where there are several kinds of request,
// the geometric mean of theirs, so that each kind counts alike however long one takes.
func (m Mix) Experiment() Experiment {
	window := time.Second
	if m.Wait > 0 { // some of them, in each of the slices
		window += 40 * m.Wait
	}
	apps := m.Kinds()
	if apps[0] != protocol.Echo { // the herd is silent on it
		apps = append(apps, protocol.Echo)
	}
	return Experiment{
		Name:   MixName,
		About:  "a load of one's own: " + m.String(),
		Metric: result.Rate,
		Apps:   apps,
		CPUs:   m.CPUs,
		Cells:  []Cell{{Connections: m.Active, Idle: m.Connections - m.Active, Window: window, Load: m.String()}},
		Open:   m.open,
		Load:   m.load,
	}
}

// part is the clients of one kind of request.
type part struct {
	*engine.Group
	app   protocol.App
	slice engine.Slice // the last
	made  int          // slices so far
	sum   float64      // replies that were measured after the first slice, which warms up
	time  float64      // s in which they were
}

// mixed are clients of several kinds that ask at the same time.
type mixed struct{ parts []*part }

func (m Mix) traffic(app protocol.App) engine.Traffic {
	switch app {
	case protocol.Work:
		return engine.Work(m.Work)
	case protocol.Wait:
		return engine.Wait(int(m.Wait / time.Millisecond))
	}
	return engine.Echo(m.Bytes)
}

// open connects the active clients of one side, each kind in an engine of its own: they share the client's CPU.
func (m Mix) open(ctx context.Context, e Engines, side Address, c Cell) (Conns, error) {
	kinds := m.Kinds()
	all := &mixed{}
	for i, app := range kinds {
		own, err := e.Engine("mix "+app.String(), engine.Options{Traffic: m.traffic(app), Timeout: 5*time.Second + 2*max(m.Wait, 0)})
		if err != nil {
			all.Close()
			return nil, err
		}
		n := c.Connections / len(kinds)
		if i < c.Connections%len(kinds) {
			n++
		}
		group, err := own.Dial(ctx, side(app), n)
		if err != nil {
			all.Close()
			return nil, err
		}
		all.parts = append(all.parts, &part{Group: group, app: app})
	}
	return all, nil
}

// load compares them in slices that hold some requests of the longest kind.
func (m Mix) load(ctx context.Context, _ *engine.Engine, s Sides, c Cell) (engine.Paired, error) {
	p, err := slicesOf(ctx, s, engine.Plan{Time: c.Window, Connections: c.Connections, Measure: max(0, 3*m.Wait)})
	a, ok := s.Contender.(*mixed)
	b, too := s.Reference.(*mixed)
	if ok && too {
		p.Ratio = ratioOfKinds(a, b)
	}
	return p, err
}

// ratioOfKinds is the geometric mean of what the kinds' rates are to each other; 0 if a kind has none.
func ratioOfKinds(a, b *mixed) float64 {
	logs := 0.0
	for i, p := range a.parts {
		q := b.parts[i]
		if p.sum == 0 || q.sum == 0 {
			return 0
		}
		logs += math.Log(p.sum / p.time * q.time / q.sum)
	}
	return math.Exp(logs / float64(len(a.parts)))
}

// Slice loads all kinds at once and adds up what they gave.
func (m *mixed) Slice(discard, measure time.Duration) (engine.Slice, error) {
	errs := m.each(func(p *part) (err error) {
		p.slice, err = p.Group.Slice(discard, measure)
		if p.made++; p.made > 1 {
			p.sum += float64(p.slice.Requests)
			p.time += p.slice.Seconds
		}
		return err
	})
	var sum engine.Slice
	for _, p := range m.parts {
		s := p.slice
		sum.Requests += s.Requests
		sum.Total += s.Total
		sum.Seconds = max(sum.Seconds, s.Seconds)
		sum.ClientCPU += s.ClientCPU
		sum.Answering += s.Answering
		sum.Errors.Add(s.Errors)
		sum.Latency = merged(sum.Latency, s.Latency)
	}
	sum.Service = sum.Latency
	return sum, errs
}

// merged adds a histogram to another that belongs to nobody else.
func merged(all, one *hdrhistogram.Histogram) *hdrhistogram.Histogram {
	switch {
	case one == nil:
		return all
	case all == nil:
		return hdrhistogram.Import(one.Export())
	}
	all.Merge(one)
	return all
}

// Check calls the roll of all kinds.
func (m *mixed) Check(ctx context.Context, within time.Duration) (answered int, err error) {
	var mu sync.Mutex
	err = m.each(func(p *part) error {
		n, err := p.Group.Check(ctx, within)
		mu.Lock()
		answered += n
		mu.Unlock()
		return err
	})
	return answered, err
}

// Close resets all connections.
func (m *mixed) Close() {
	for _, p := range m.parts {
		p.Group.Close()
	}
}

func (m *mixed) each(do func(*part) error) error {
	var wg sync.WaitGroup
	errs := make([]error, len(m.parts))
	for i, p := range m.parts {
		wg.Go(func() {
			if err := do(p); err != nil {
				errs[i] = fmt.Errorf("%s: %w", p.app, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
