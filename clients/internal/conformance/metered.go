package conformance

import (
	"context"
	"errors"
	"time"

	"c10klab/clients/internal/control"
	"c10klab/services/protocol"
)

// Metered is the Control of a server that has the lab's meter in front of it.
type Metered struct {
	*control.Meter
	Lease time.Duration // after which the meter gives the server back as it was, whatever became of us
}

// Restart implements Control.
func (m Metered) Restart(ctx context.Context, apps []protocol.App, args ...string) error {
	_, err := m.Meter.Restart(ctx, apps, args, m.Lease)
	return err
}

// Stop implements Control.
func (m Metered) Stop(ctx context.Context) (protocol.Exit, error) {
	h, err := m.Meter.Stop(ctx, m.Lease)
	if err == nil && h.Exit == nil {
		err = errors.New("the meter does not say how the server ended")
	}
	if err != nil {
		return protocol.Exit{}, err
	}
	return *h.Exit, nil
}

// Metrics implements Control.
func (m Metered) Metrics(ctx context.Context) (map[string]float64, error) { return m.All(ctx) }
