package trial

import (
	"slices"
	"time"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/engine"
	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/gate"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
)

// evidence is what the gates judge a cell by, beside what stands in its record.
type evidence struct {
	paired        engine.Paired
	before, after [2]control.Reading // contender, reference
	lab           [2]gate.Counters   // of the lab's network namespace, before and after
	rolls         []gate.Roll
}

// counters reads what the kernel dropped; where it can't be read nothing is known of it.
func (e *evidence) counters(at int, read func() (gate.Counters, error)) {
	if c, err := read(); err == nil {
		e.lab[at] = c
	}
}

// judge puts a cell's evidence to the gates. Any that fails withholds its figures, and all that fail are kept. What waits found stands already.
func (t *Trial) judge(e experiment.Experiment, c experiment.Cell, ev evidence, rec *result.Record) {
	if t.running != "" {
		withhold(rec, besides(t.running))
	}
	withhold(rec, t.replied(ev, rec)...)
	withhold(rec, t.loadedRight(e, c, ev)...)
	withhold(rec, t.undisturbed(ev)...)
	t.punctual(ev, rec)
	if rec.Outcome == "" {
		rec.Outcome = result.OK
	}
}

// withhold says why a record's figures may not be shown; what was said of them before comes first.
func withhold(rec *result.Record, reasons ...string) {
	for _, reason := range reasons {
		switch {
		case reason == "":
		case rec.Outcome == "" || rec.Outcome == result.OK:
			rec.Outcome, rec.Reason = result.Withheld, reason
		case rec.Outcome == result.Withheld:
			rec.Also = append(rec.Also, reason)
		}
	}
}

// replied is what the connections say: errors, silence, the roll call. A side of which they say it did not do the work.
func (t *Trial) replied(ev evidence, rec *result.Record) (reasons []string) {
	for _, s := range []*result.Side{&rec.Contender, &rec.Reference} {
		reason := ""
		switch n := s.Errors.Total(); {
		case n > 0:
			reason = failedUnderLoad(s, n)
		case s.Requests == 0:
			reason = s.Service + " answered nothing in the window"
		}
		reasons = append(reasons, reason)
		mine := slices.DeleteFunc(slices.Clone(ev.rolls), func(r gate.Roll) bool { return r.Service != s.Service })
		s.Untrue = gate.First(s.Untrue, reason, gate.Answered(mine...))
	}
	return append(reasons, gate.Answered(ev.rolls...))
}

// loadedRight is what the client's own books say of both sides.
func (t *Trial) loadedRight(e experiment.Experiment, c experiment.Cell, ev evidence) (reasons []string) {
	for i, m := range []engine.Measured{ev.paired.Contender, ev.paired.Reference} {
		service := []*Unit{t.contender, t.reference}[i].Name
		side := []string{gate.Samples(m)}
		if e.Users() && c.Connections > 1 { // one at a time is alternated: its rate is made of its response times
			side = append(side, gate.Little(c.Connections, m))
		}
		if !t.bench.Untimed {
			side = append(side, gate.Steady(m), gate.Sent(m.Sent, m.Planned))
			if closed := m.Planned == 0 && m.Lateness == nil; closed { // who thinks, or is not asked, may have no reply
				side = append(side, gate.Fair(m.Fairness))
			}
		}
		if e.Saturates && c.Connections > 1 && !t.bench.Untimed {
			server := gate.Busy{CPU: seconds(ev.after[i].CPU - ev.before[i].CPU), Wall: time.Duration(float64(m.Wall) * cpus(ev.before[i]))}
			side = append(side, gate.Saturated(gate.Busy{CPU: m.ClientCPU, Wall: m.Wall}, server))
		}
		for _, reason := range side {
			if reason != "" {
				reasons = append(reasons, service+": "+reason)
			}
		}
	}
	return reasons
}

// undisturbed is what nobody may do meanwhile: a quota, the meter, a full backlog, a lost segment.
func (t *Trial) undisturbed(ev evidence) (reasons []string) {
	for i, u := range []*Unit{t.contender, t.reference} {
		before, after := ev.before[i], ev.after[i]
		reasons = append(reasons, gate.Unthrottled(u.Name, after.Throttled-before.Throttled))
		if t.bench.Untimed {
			continue
		}
		// One that is held has its meter at work between the slices, and in none of them.
		if held := u == t.contender && t.model.Restless; !held {
			reasons = append(reasons, gate.MeterSmall(u.Name, seconds(after.MeterCPU-before.MeterCPU), seconds(after.CPU-before.CPU)))
		}
		if u.Path == target.Host {
			continue // its counters are of all that the host does in its network
		}
		if dropped := gate.NothingDropped(counted(before), counted(after)); dropped != "" {
			reasons = append(reasons, u.Name+": "+dropped)
		}
	}
	if !t.bench.Untimed {
		reasons = append(reasons, gate.RoomToTrack(ev.lab[0]), gate.NothingDropped(ev.lab[0], ev.lab[1]))
	}
	return reasons
}

// counted are the counters of a service's own network namespace.
func counted(r control.Reading) gate.Counters {
	events := map[string]uint64{}
	for name, v := range r.NetEvents {
		events[name] = uint64(v)
	}
	return gate.Counters{Events: events}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// cpus is how many the service may use.
func cpus(r control.Reading) float64 {
	if n := r.Limits["cpus"]; n > 0 {
		return n
	}
	return 1
}
