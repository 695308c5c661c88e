package experiment

import (
	"context"
	"fmt"
	"math/rand/v2"
	stdslices "slices"
	"time"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/services/protocol"
)

// Interval: whether a server that waits with a time-out looks at its clients when that is over, or at once. Who looks at
// intervals lets a client wait for half of one, and works though nobody says anything.
var interval = Experiment{
	Name:   "interval",
	About:  "a client that asks now and then, by the server's time-out, and the CPU while it is silent: does the server ask at intervals",
	Metric: result.Figures,
	Cells:  []Cell{{Connections: 1, Window: 1600 * time.Millisecond, Load: "1 client that asks now and then, and one that is silent"}},
	Ask:    askInterval,
}

const (
	silentPart = 5. / 8 // of the window
	intervals  = 12     // replies with each time-out
)

// timeouts are those that a server is given beside its own. They are long beside the client's pauses: an idle
// time-out closes who is silent for so long.
var timeouts = []time.Duration{time.Second, 4 * time.Second}

// askInterval finds reply_us, the median reply with the time-out that the server has by itself, and reply_low_us and
// reply_high_us, between which it lies with 95 %; the same by a time-out in ms: reply_us@1000. While the client is
// silent, idle_cpu_ms_per_s and idle_switches_per_s, how often a thread of the server's went to sleep.
func askInterval(ctx context.Context, s Subject, c Cell) (Answer, error) {
	flag := timeoutFlag(s.Model())
	a := Answer{Figures: map[string]float64{}, Notes: map[string]string{"timeout_by": flag}}
	silent := share(c.Window, silentPart)
	asking := (c.Window - silent) / time.Duration(1+len(timeouts))
	rng := rand.New(rand.NewPCG(s.Seed(), 0x696e74)) // "int"

	client, err := a.nowAndThen(ctx, s, rng, asking, "")
	if err != nil {
		return a, err
	}
	err = a.beSilent(ctx, s, silent)
	client.Close()
	if err != nil {
		return a, err
	}
	for _, t := range timeouts {
		if err := s.Fresh(ctx, fmt.Sprintf("-%s=%v", flag, t)); err != nil {
			return a, err
		}
		client, err := a.nowAndThen(ctx, s, rng, asking, fmt.Sprintf("@%d", t.Milliseconds()))
		if err != nil {
			return a, fmt.Errorf("with -%s=%v: %w", flag, t, err)
		}
		client.Close()
	}
	return a, nil
}

// timeoutFlag is what sets the time-out of a server's wait: how often it looks around, if it does so by the clock, and
// otherwise when it closes who is silent.
func timeoutFlag(m models.Model) string {
	if stdslices.Contains(m.Sizes, "poll") {
		return "poll"
	}
	return "idle"
}

// nowAndThen has a client ask at moments that the server can't know, for that long. It stays connected.
func (a *Answer) nowAndThen(ctx context.Context, s Subject, rng *rand.Rand, d time.Duration, step string) (*caller, error) {
	client, err := call(ctx, s.Addr(protocol.Echo))
	if err != nil {
		return nil, err
	}
	var us []float64
	for len(us) < intervals {
		err = rest(ctx, time.Duration(rng.Int64N(1+int64(2*d/intervals))))
		begin := time.Now()
		if err == nil {
			err = client.asked(ctx)
		}
		if err != nil {
			client.Close()
			return nil, err
		}
		us = append(us, float64(time.Since(begin).Nanoseconds())/1e3)
	}
	e := stats.Over(us)
	a.Figures["reply_us"+step], a.Figures["reply_low_us"+step], a.Figures["reply_high_us"+step] = e.Median, e.Low, e.High
	return client, nil
}

// asked asks once more and has the reply.
func (c *caller) asked(ctx context.Context) error {
	c.have = 0
	if err := c.ask(); err != nil {
		return err
	}
	if !c.answered(ctx, greeting) {
		if err := ctx.Err(); err != nil {
			return err
		}
		return fmt.Errorf("asking %s: no right reply within %v", c.RemoteAddr(), greeting)
	}
	return nil
}

// beSilent reads what the server does meanwhile.
func (a *Answer) beSilent(ctx context.Context, s Subject, d time.Duration) error {
	before, err := s.Read(ctx)
	if err != nil {
		return err
	}
	if err := rest(ctx, d); err != nil {
		return err
	}
	after, err := s.Read(ctx)
	if err != nil {
		return err
	}
	seconds := after.Clock - before.Clock
	if seconds <= 0 {
		a.Withheld = "the meter's clock did not move"
		return nil
	}
	a.Figures["idle_cpu_ms_per_s"] = 1e3 * (after.CPU - before.CPU) / seconds
	a.Figures["idle_switches_per_s"] = (after.Voluntary - before.Voluntary) / seconds
	return nil
}
