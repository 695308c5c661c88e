package gate

import (
	"fmt"
	"time"
)

// ClientBound is gate 3's test by cause: ratio is what is left of the rate while
// the client takes ClientSpin longer for each reply (engine.Spun). It holds once per model and run.
func ClientBound(ratio float64) string {
	if ratio <= 0 || ratio >= 1-SpinFall {
		return ""
	}
	return fmt.Sprintf("client-bound: with a client slower by %v a reply the rate falls by %s, more than %s",
		ClientSpin, percent(1-ratio), percent(SpinFall))
}

// Busy is how much of a time one side computed.
type Busy struct {
	CPU  time.Duration
	Wall time.Duration // times the CPUs it may use
}

// Share is between 0 and 1; 0 too where nothing is known.
func (b Busy) Share() float64 {
	if b.Wall <= 0 {
		return 0
	}
	return b.CPU.Seconds() / b.Wall.Seconds()
}

// Saturated is the rest of gate 3: a rate that nobody was busy for is nobody's
// figure. It is for rates from several connections: with one, all is waiting for wake-ups.
func Saturated(client, server Busy) string {
	if client.Share() > BusyShare || server.Share() > BusyShare {
		return ""
	}
	return fmt.Sprintf("nobody was the bottleneck: the client was busy for %s of the time and the server for %s, neither more than %s",
		percent(client.Share()), percent(server.Share()), percent(BusyShare))
}
