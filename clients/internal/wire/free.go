package wire

import (
	"context"
	"fmt"
	"strings"
	"time"

	"c10klab/clients/internal/control"
	"c10klab/services/protocol"
)

// askTime is how long the meter may take to say how its service is. Where it
// can't be reached nobody waits longer than that.
const askTime = time.Second

// Free asks the meter whether the model may be talked to now. While a trial runs
// it may not: the server is stopped or speaks other applications alone, and a
// visitor would spoil the figures. A meter that can't be reached forbids nothing.
func (p Place) Free(ctx context.Context) error {
	if p.meter == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	m := control.New(p.meter)
	defer m.Close()
	h, err := m.Health(ctx)
	if h.State == "" && err != nil {
		return nil
	}
	return p.judge(h)
}

func (p Place) judge(h protocol.Health) error {
	switch {
	case h.State == protocol.Died, h.State == protocol.Unsupported:
		return fmt.Errorf("%s does not run: %s", p.Model, h.Message)
	case h.State == protocol.Stopped:
		return p.measured("it is stopped meanwhile")
	case h.Lease > 0 && len(h.Apps) < len(protocol.Apps()):
		return p.measured("it serves " + strings.Join(h.Apps, ", ") + " alone meanwhile")
	}
	return nil
}

func (p Place) measured(how string) error {
	return fmt.Errorf("%s is being measured, and %s. Wait until the run has ended, or start one to play with:\n  make play MODEL=%s", p.Model, how, p.Model)
}
