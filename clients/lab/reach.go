package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"c10klab/clients/internal/conformance"
	"c10klab/clients/internal/control"
	"c10klab/clients/internal/local"
	"c10klab/clients/internal/target"
	"c10klab/clients/internal/trial"
	"c10klab/services/protocol"
)

// reach finds the services in Docker's networks, or starts them from dir.
func reach(ctx context.Context, dir string, services []target.Service) (targets []target.Target, done func(), err error) {
	done = func() {}
	if dir == "" {
		targets, err = inDocker(ctx, services)
		return targets, done, err
	}
	if _, entered := local.Entered(); !entered {
		return nil, done, executeAnew(true, configuredCPUs(services))
	}
	fleet, _, err := startLocal(dir, services)
	if err != nil {
		return nil, done, err
	}
	return fleet.Targets(), func() { _ = fleet.Close() }, nil
}

// errUnsupported says that this machine refuses a service's mechanism.
var errUnsupported = errors.New("not verified")

// subjectOf waits for a service and makes sure that nobody measures it.
func subjectOf(ctx context.Context, t target.Target, apps []protocol.App) (subject, error) {
	s := subject{name: t.Name, meter: control.New(t.Control), yardstick: t.Yardstick != ""}
	s.Target = conformance.Target{Name: t.Mechanism(), Addrs: map[protocol.App]string{}, Control: conformance.Metered{Meter: s.meter, Lease: trial.Lease}, Visits: visits}
	for _, app := range apps {
		if slices.Contains(t.Apps(), app) {
			s.Addrs[app] = t.Addr(app)
		}
	}
	for began := time.Now(); ; {
		h, err := s.meter.Health(ctx)
		switch {
		case err == nil && h.Lease > 0:
			return s, &trial.BusyError{Service: t.Name, Left: time.Duration(h.Lease * float64(time.Second))}
		case err == nil && (h.State == protocol.Serving || h.State == protocol.Occupied):
			return s, nil
		case err == nil && h.State == protocol.Unsupported:
			return s, fmt.Errorf("%s is %w: %s", t.Name, errUnsupported, trial.Unsupported(h))
		case err == nil && h.State != protocol.Starting:
			return s, fmt.Errorf("%s is %s: %s", t.Name, h.State, trial.Ended(h))
		case ctx.Err() != nil:
			return s, ctx.Err()
		case time.Since(began) > wait && err == nil:
			err = errors.New("it is still starting")
			fallthrough
		case time.Since(began) > wait:
			return s, fmt.Errorf("%s never came up: asked %s/healthz for %v; last answer: %w", t.Name, t.Control, wait, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// giveBack has the service serve everything again: a case may have restarted or stopped it.
func giveBack(ctx context.Context, m *control.Meter) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	if _, err := m.Restart(ctx, nil, nil, 0); err != nil {
		fmt.Fprintf(os.Stderr, "lab: giving the service back: %v\n", err)
	}
	m.Close()
}
