package experiment

import (
	"context"
	"fmt"
	stdslices "slices"
	"strconv"
	"time"

	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Burst: a thousand connection requests in one moment. The kernel takes them for the server until the server does; for how many
// it has room is the number that listen(2) is given. One for whom there is none is dropped, and the client's kernel asks again
// after 1 s, after 3, after 7. Or the last step of the handshake is dropped: such a client is connected, and the server doesn't know
// of it until the kernels have repeated theirs, so the reply is looked at, too.
var burst = Experiment{
	Name:   "burst",
	About:  "1,000 clients who connect in one moment, with a backlog of 5, 128 and 4,096: how long that takes, how many must ask again",
	Metric: result.Figures,
	Cells:  []Cell{{Connections: 1000, Window: 10 * time.Second, Load: "1,000 clients connect in one moment, each asks once"}},
	Ask:    askBurst,
}

var backlogs = []int{5, 128, 4096}

// longHush is longer than a kernel waits between its third request to connect, after 3 s, and its fourth, after 7.
const longHush = 4500 * time.Millisecond

// askBurst finds for each backlog connect_p50_us@5 and so on: of the times from before the socket was made until the connection
// stood; the same of reply, until the answer; retried, clients whose kernel sent anything again; refused; and
// unanswered, when nobody had been for some seconds.
func askBurst(ctx context.Context, s Subject, c Cell) (Answer, error) {
	a := Answer{Figures: map[string]float64{}, Notes: map[string]string{}}
	for _, backlog := range backlogs {
		if err := s.Fresh(ctx, "-backlog="+strconv.Itoa(backlog)); err != nil {
			return a, err
		}
		if err := a.burst(ctx, s, c.Connections, backlog); err != nil {
			return a, fmt.Errorf("with a backlog of %d: %w", backlog, err)
		}
	}
	r, err := s.Read(ctx)
	if most, known := r.Limits["somaxconn"]; known && most < float64(stdslices.Max(backlogs)) {
		a.Notes["somaxconn"] = fmt.Sprintf("net.core.somaxconn cuts each backlog to %.0f", most)
	}
	return a, err
}

func (a *Answer) burst(ctx context.Context, s Subject, n, backlog int) error {
	t, err := newThrong(s.Addr(protocol.Echo))
	if err != nil {
		return err
	}
	defer t.Close()
	if err := t.come(ctx, n, n, present, present, longHush); err != nil {
		return err
	}
	var connects, replies []time.Duration
	retried := 0
	for i := range t.guests {
		g := &t.guests[i]
		if g.connected > 0 {
			connects = append(connects, g.connected-g.came)
		}
		if g.answered > 0 {
			replies = append(replies, g.answered-g.came)
		}
		if g.again > 0 || g.fd >= 0 && repeats(g.fd) > 0 {
			retried++
		}
	}
	y, at := t.tally(), fmt.Sprintf("@%d", backlog)
	refused := 0
	for _, k := range y.errnos {
		refused += k
	}
	a.Figures["retried"+at], a.Figures["refused"+at] = float64(retried), float64(refused)
	a.Figures["unanswered"+at] = float64(y.came - y.answered)
	a.times("connect", at, connects)
	a.times("reply", at, replies)
	if y.wrong > 0 {
		a.Withheld = fmt.Sprintf("%d of %d clients were answered wrongly", y.wrong, n)
	}
	if text := y.String(); text != "" {
		a.Notes["how"+at] = text
	}
	return nil
}

// times puts the median, the 99th percentile and the longest down, each that of the clients: there are no more of them.
func (a *Answer) times(what, at string, of []time.Duration) {
	if len(of) == 0 {
		return
	}
	stdslices.Sort(of)
	for name, part := range map[string]float64{"_p50_us": 0.5, "_p99_us": 0.99, "_max_us": 1} {
		a.Figures[what+name+at] = float64(of[max(int(part*float64(len(of))+0.5), 1)-1].Nanoseconds()) / 1e3
	}
}
