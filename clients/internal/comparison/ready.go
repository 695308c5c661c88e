package comparison

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"c10klab/clients/internal/control"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/progress"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/target"
	"c10klab/clients/internal/trial"
	"c10klab/services/protocol"
)

// waitForAll waits until every meter says what its service does. Those that
// never do are left out and named; without the reference there is no run.
func (r *comparison) waitForAll(ctx context.Context) error {
	r.say.Say("waiting for %d services", len(r.bench.Units))
	var wg sync.WaitGroup
	var mu sync.Mutex
	absent := map[string]error{}
	for name, u := range r.bench.Units {
		wg.Go(func() {
			h, err := r.waitFor(ctx, u)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				absent[name] = err
			case h.State == protocol.Unsupported:
				absent[name] = &trial.UnsupportedError{Why: trial.Unsupported(h)}
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, s := range r.Services {
		if u, up := r.bench.Units[s.Name]; up {
			r.manifest.Services = append(r.manifest.Services, r.participant(ctx, u))
		}
	}
	return r.without(absent, "never came up")
}

// claim takes the services for this run.
func (r *comparison) claim(ctx context.Context) error {
	failed, err := r.bench.Claim(ctx)
	if err != nil {
		return err
	}
	return r.without(failed, "could not be restarted")
}

// without goes on without these services; it is an error if the reference is among them.
func (r *comparison) without(absent map[string]error, why string) error {
	for _, name := range slices.Sorted(maps.Keys(absent)) {
		var refused *trial.UnsupportedError
		unsupported := errors.As(absent[name], &refused)
		line := fmt.Sprintf("%s %s: %v", name, why, absent[name])
		if unsupported {
			line = fmt.Sprintf("%s is %s", name, refused.Why)
		}
		if name == target.Reference {
			return errors.New(line + " (it is the reference: without it nothing can be compared)")
		}
		r.say.Say("%s", line)
		r.bench.Drop(name)
		if unsupported { // a finding, no trouble: it keeps its place in the manifest
			p := r.participantNamed(name)
			p.Unsupported, p.Unheld = refused.Why, nil // what does not run is under no limit
			continue
		}
		r.manifest.Absent = append(r.manifest.Absent, line)
		r.manifest.Services = slices.DeleteFunc(r.manifest.Services, func(p result.Participant) bool { return p.Name == name })
		r.troubles++
	}
	return nil
}

// participantNamed finds a service in the manifest; all that have a unit are there.
func (r *comparison) participantNamed(name string) *result.Participant {
	i := slices.IndexFunc(r.manifest.Services, func(p result.Participant) bool { return p.Name == name })
	return &r.manifest.Services[i]
}

// waitFor returns when the meter says what became of the service: that it is up,
// or that this machine refuses its mechanism.
func (r *comparison) waitFor(ctx context.Context, u *trial.Unit) (protocol.Health, error) {
	began := time.Now()
	for {
		asking, cancel := context.WithTimeout(ctx, r.Wait)
		h, err := u.Meter.Health(asking)
		cancel()
		switch {
		case err == nil && h.State == protocol.Died && h.Lease == 0:
			return h, fmt.Errorf("it died: %s", trial.Ended(h))
		case err == nil && h.State != protocol.Starting:
			return h, nil
		case err == nil:
			err = fmt.Errorf("it is %s", h.State)
		}
		if r.Problem != nil {
			if gone := r.Problem(u.Name); gone != nil {
				return h, gone
			}
		}
		if time.Since(began) > r.Wait {
			return h, fmt.Errorf("asked %s/healthz for %s; last answer: %w", u.Control, progress.Short(r.Wait), err)
		}
		select {
		case <-ctx.Done():
			return h, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// participant is what the manifest says of a service. Its limits are read from inside.
func (r *comparison) participant(ctx context.Context, u *trial.Unit) result.Participant {
	p := result.Participant{Service: u.Service, Sizes: models.Sizes(u.Model, u.Args)}
	reading, err := u.Meter.Metrics(ctx)
	if err != nil {
		p.Unheld = []string{fmt.Sprintf("not known: %v", err)}
		return p
	}
	p.Found, p.CPUs, p.CPUSource = reading.Limits, reading.CPUSet, reading.CPUSource
	p.Unheld = unheld(u.Limits, reading)
	return p
}

// unheld lists the limits of compose.yaml that are not in force.
func unheld(want target.Limits, got control.Reading) []string {
	var out []string
	if want.CPUs != "" && want.CPUs != got.CPUSet {
		out = append(out, fmt.Sprintf("cpus: %q, not %q", got.CPUSet, want.CPUs))
	}
	for _, l := range []struct {
		name string
		want float64
	}{
		{"memory_bytes", float64(want.Memory)},
		{"memswap_bytes", float64(want.MemSwap)},
		{"pids", float64(want.PIDs)},
		{"nofile", float64(want.NoFile)},
		{"somaxconn", float64(want.Somaxconn)},
	} {
		found, limited := got.Limits[l.name]
		switch {
		case l.want <= 0 || found == l.want:
		case !limited:
			out = append(out, fmt.Sprintf("%s: none, not %.0f", l.name, l.want))
		default:
			out = append(out, fmt.Sprintf("%s: %.0f, not %.0f", l.name, found, l.want))
		}
	}
	return out
}
