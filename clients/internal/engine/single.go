package engine

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// Steady loads one group without a pause: warm is thrown away, d measured. If
// the context ends first it returns what was measured so far, and no error.
func (e *Engine) Steady(ctx context.Context, g *Group, warm, d time.Duration) (Measured, error) {
	stop, release := stopWith(ctx)
	defer release()
	m := newMeasured()
	s, err := g.load(warm, d, stop)
	m.alone(s)
	return m, err
}

// Alternate compares two groups of one open connection each, request by
// request: a server with one client is idle between requests anyway, and so
// both are asked under the same state of the machine. If the context ends
// first it returns what was measured so far, and no error.
//
// With rest both are left alone after each reply for as long as the contender's
// last one took. A server may have much to do after its reply: poll looks at all
// its descriptors before it sleeps, in a system call that nothing interrupts, and without
// a rest that would be counted as the other's response time.
func (e *Engine) Alternate(ctx context.Context, contender, reference *Group, warm, d time.Duration, rest bool) (Paired, error) {
	stop, release := stopWith(ctx)
	defer release()
	out := Paired{Contender: newMeasured(), Reference: newMeasured()}
	var err error
	if gone := e.do(func() {
		for _, g := range []*Group{contender, reference} {
			if g.open != 1 || len(g.conns) != 1 {
				err = fmt.Errorf("alternate between %s and %s: each side must have exactly one connection", contender.addr, reference.addr)
				return
			}
			if g.paced != nil {
				err = fmt.Errorf("alternate between %s and %s: by turns is a closed loop without think time, not %v", contender.addr, reference.addr, g.paced.arrivals)
				return
			}
		}
		err = alternate(contender, reference, warm, d, rest, stop, &out)
	}); gone != nil {
		err = gone
	}
	if c, r := out.Contender.Rate(), out.Reference.Rate(); c > 0 && r > 0 {
		out.Ratio = c / r
	}
	return out, err
}

func alternate(contender, reference *Group, warm, d time.Duration, rest bool, stop *atomic.Bool, out *Paired) error {
	e := contender.e
	sides := []struct {
		g    *Group
		cpu  time.Duration
		wall int64 // ns from a request to its reply
		busy int64 // likewise, in the measured part
		part [Parts]Part
	}{{g: contender}, {g: reference}}
	contender.begin()
	reference.begin()
	begin := e.now()
	edge, end := begin+int64(warm), begin+int64(warm)+int64(d)
	last := threadCPU()
	var took int64 // by the contender's last reply
	for now := begin; now < end && !stop.Load() && contender.open+reference.open == 2; {
		for i := range sides {
			s := &sides[i]
			from := e.now()
			measured := s.g.measured
			if s.g.measuring = from >= edge; s.g.measuring {
				s.g.from = edge
			}
			s.g.trip(from)
			now = s.g.now
			s.wall += now - from
			if s.g.measuring {
				s.busy += now - from
				// A trip belongs to the part in which it began.
				p := &s.part[min((from-edge)*Parts/max(int64(d), 1), Parts-1)]
				p.Requests += s.g.measured - measured
				p.Seconds += time.Duration(now - from).Seconds()
			}
			cpu := threadCPU()
			s.cpu += cpu - last
			last = cpu
			if !rest {
				continue
			}
			if i == 0 {
				took = now - from
			}
			for until := now + took; now < until; now = e.now() { // a sleep would be 50 us too long
			}
			last = threadCPU()
		}
		out.Slices++
	}
	for i, m := range []*Measured{&out.Contender, &out.Reference} {
		s := sides[i].g.result()
		s.Seconds = time.Duration(sides[i].busy).Seconds()
		s.ClientCPU, s.Wall = sides[i].cpu, time.Duration(sides[i].wall)
		s.Each = sides[i].g.shares()
		s.Parts = slices.DeleteFunc(sides[i].part[:], func(p Part) bool { return p.Seconds == 0 })
		sides[i].g.measuring = false
		m.alone(s)
	}
	for _, s := range sides {
		if s.g.open == 0 {
			return fmt.Errorf("no connection to %s is left: %s", s.g.addr, s.g.errors)
		}
	}
	return nil
}

// trip makes one request and waits for its reply, or for the time-out to fail it.
func (g *Group) trip(now int64) {
	g.now = now
	if c := &g.conns[0]; c.out == 0 {
		g.ask(c, 0, 1, now)
	}
	for g.outstanding > 0 {
		g.once(int64(watch))
		if g.partial {
			g.overdue() // one connection that is never answered would hold both
		}
	}
}
