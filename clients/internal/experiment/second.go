package experiment

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"c10klab/clients/internal/result"
	"c10klab/services/protocol"
)

// Second: a client that comes while the first one stays: whether it is connected, whether it is answered, and whether it is once
// another has left. For a model that serves K at a time the same of client K+1.
var second = Experiment{
	Name:   "second",
	Counts: true,
	About:  "a client that comes while another stays, and client K+1 of a pool: is it connected, when answered",
	Metric: result.Figures,
	Cells:  []Cell{{Connections: 1, Window: 100 * time.Millisecond, Load: "a client comes while others stay and are silent"}},
	Ask:    askSecond,
}

const (
	atOnce   = 400 * time.Millisecond // a reply that takes longer is none while others stay
	greeting = 5 * time.Second        // in which a server that is free must answer
)

// askSecond finds counts, 1 for yes: second_connected and second_answered_beside while the first stays, second_answered in the
// end; and second_connect_us, second_reply_ms, both from before the connect. Of a pool of pool_clients all_answered says whether
// that many are at a time, and next_connected and so on the same of the one after them.
func askSecond(ctx context.Context, s Subject, _ Cell) (Answer, error) {
	a := Answer{Figures: map[string]float64{}}
	var stay []*caller
	defer func() {
		for _, c := range stay {
			c.Close()
		}
	}()
	fill := func(n int) error {
		for len(stay) < n {
			c, err := call(ctx, s.Addr(protocol.Echo))
			if err != nil {
				return fmt.Errorf("client %d of %d: %w", len(stay)+1, n, err)
			}
			stay = append(stay, c)
			if err := c.ask(); err != nil {
				return fmt.Errorf("client %d of %d: %w", len(stay), n, err)
			}
			if !c.answered(ctx, greeting) {
				return fmt.Errorf("client %d of %d was not answered within %v", len(stay), n, greeting)
			}
		}
		return nil
	}
	if err := fill(1); err != nil {
		return a, err
	}
	if err := a.next(ctx, s.Addr(protocol.Echo), "second", &stay); err != nil {
		return a, err
	}
	k := s.Model().Serves()
	if k < 2 {
		return a, nil
	}
	a.Figures["pool_clients"], a.Figures["all_answered"] = float64(k), 0
	if err := fill(k); err != nil {
		a.note("pool", err)
		return a, ctx.Err()
	}
	a.Figures["all_answered"] = 1
	return a, a.next(ctx, s.Addr(protocol.Echo), "next", &stay)
}

// next has another client come while those stay; if it is not answered, the first of them leaves.
func (a *Answer) next(ctx context.Context, addr, who string, stay *[]*caller) error {
	found := func(name string, yes bool) bool {
		a.Figures[who+name] = 0
		if yes {
			a.Figures[who+name] = 1
		}
		return yes
	}
	begin := time.Now()
	c, err := call(ctx, addr)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !found("_connected", err == nil) {
		a.note(who, err)
		return nil
	}
	defer c.Close()
	a.Figures[who+"_connect_us"] = float64(time.Since(begin).Nanoseconds()) / 1e3
	if err := c.ask(); err != nil {
		return fmt.Errorf("asking as one who came later: %w", err)
	}
	beside := found("_answered_beside", c.answered(ctx, atOnce))
	if !beside {
		(*stay)[0].Close()
		*stay = (*stay)[1:]
	}
	if found("_answered", beside || c.answered(ctx, greeting)) {
		a.Figures[who+"_reply_ms"] = float64(time.Since(begin).Nanoseconds()) / 1e6
	}
	return ctx.Err()
}

func (a *Answer) note(name string, err error) {
	if a.Notes == nil {
		a.Notes = map[string]string{}
	}
	a.Notes[name] = err.Error()
}

// caller is one client that asks once.
type caller struct {
	net.Conn
	have  int  // bytes of the reply
	wrong bool // one of them was not the one expected
}

var question = bytes.Repeat([]byte("second? "), 8)

func call(ctx context.Context, addr string) (*caller, error) {
	d := net.Dialer{Timeout: atOnce, KeepAlive: -1}
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &caller{Conn: conn}, nil
}

func (c *caller) ask() error {
	_, err := c.Write(question)
	return err
}

// answered says whether the whole reply comes within that time. It may be asked again.
func (c *caller) answered(ctx context.Context, within time.Duration) bool {
	defer context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })()
	_ = c.SetReadDeadline(time.Now().Add(within))
	buf := make([]byte, len(question))
	n, err := io.ReadFull(c, buf[c.have:])
	c.wrong = c.wrong || !bytes.Equal(buf[c.have:c.have+n], question[c.have:c.have+n])
	c.have += n
	return err == nil && !c.wrong
}
