package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"c10klab/clients/internal/wire"
	"c10klab/services/protocol"
	"golang.org/x/sync/errgroup"
)

const (
	reserve  = 16               // descriptors beside the connections: standard streams, the runtime's
	dialling = 128              // connections that are being made at the same time
	lastWord = 10 * time.Second // how long the server may take with its last answers
	shown    = 10               // failures that are told one by one
)

// swarm is many connections to one application.
type swarm struct {
	place  wire.Place
	n      int
	every  time.Duration
	length time.Duration
	quiet  bool
	json   bool
	part   bool // of a crowd that takes several processes
	seed   uint64
	out    *lines
	errs   *lines

	members  []*member
	sent     atomic.Int64 // numbers
	answered atomic.Int64 // echo: replies that were right
	failed   atomic.Int64 // connections
}

// lines writes whole lines from several goroutines.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

func (l *lines) printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.to, format+"\n", args...)
}

// enoughDescriptors tells the limit before the first connection is made.
func enoughDescriptors(n int) error {
	limit, err := descriptors()
	if err != nil {
		return err
	}
	if uint64(n)+reserve > limit {
		return fmt.Errorf("%d connections need as many descriptors and %d more; this process may have %d (RLIMIT_NOFILE, see ulimit -n; -stay takes as many processes as it needs)", n, reserve, limit)
	}
	return nil
}

// run connects, sends until ctx ends or the time is up, then lets every
// conversation end properly.
func (s *swarm) run(ctx context.Context) error {
	if s.seed == 0 {
		s.seed = rand.Uint64()
	}
	if err := s.connect(ctx); err != nil {
		return err
	}
	s.errs.printf("%d connections to %s; a number on each every %v, seed %d; Ctrl-C ends it, or else the end of %v",
		s.n, s.place, s.every, s.seed, s.length)

	sending, stop := context.WithTimeout(ctx, s.length)
	defer stop()
	var talking sync.WaitGroup
	start := time.Now()
	for _, m := range s.members {
		talking.Go(func() { s.talk(sending, m, start) })
	}
	if s.quiet {
		talking.Go(func() { s.report(sending, start) })
	}
	<-sending.Done()
	s.endAll()
	talking.Wait()
	return s.summary()
}

// connect makes all connections; if one can't be made there is no swarm.
func (s *swarm) connect(ctx context.Context) error {
	s.members = make([]*member, s.n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(dialling)
	var made atomic.Int64
	for i := range s.n {
		group.Go(func() error {
			conn, err := s.place.Dial(ctx)
			if err != nil {
				return err
			}
			made.Add(1)
			s.members[i] = &member{number: i + 1, conn: conn, random: rand.New(rand.NewPCG(s.seed, uint64(i)))}
			return nil
		})
	}
	err := group.Wait()
	if err == nil {
		return nil
	}
	for _, m := range s.members {
		if m != nil {
			_ = m.conn.Close()
		}
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted with %d of %d connections made", made.Load(), s.n)
	}
	return fmt.Errorf("%d of %d connections made: %w", made.Load(), s.n, err)
}

// talk sends on one connection until it is told to stop, then takes the last answer.
func (s *swarm) talk(ctx context.Context, m *member, start time.Time) {
	err := s.send(ctx, m, start)
	if err == nil {
		err = m.finish(s.place.App)
	}
	_ = m.conn.Close()
	if err == nil {
		return
	}
	if s.failed.Add(1) <= shown {
		s.errs.printf("#%d: %v", m.number, err)
	}
}

// send spreads the connections over the time between two numbers.
func (s *swarm) send(ctx context.Context, m *member, start time.Time) error {
	next := start.Add(s.every * time.Duration(m.number-1) / time.Duration(s.n))
	for ; ; next = next.Add(s.every) {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Until(next)):
		}
		text, err := m.say()
		if errors.Is(err, errEnded) {
			return nil
		}
		if err != nil {
			return err
		}
		s.sent.Add(1)
		if !s.quiet {
			s.out.printf("#%d -> %s", m.number, text)
		}
		if s.place.App != protocol.Echo {
			continue
		}
		if err := m.hear(text); err != nil {
			return err
		}
		s.answered.Add(1)
		if !s.quiet {
			s.out.printf("#%d <- %s ok", m.number, text)
		}
	}
}

// endAll half-closes every connection, those that wait for a reply included: the
// server answers what it has, and then ends, too.
func (s *swarm) endAll() {
	limit := time.Now().Add(lastWord)
	for _, m := range s.members {
		m.end(limit)
	}
}

// report prints a line each second.
func (s *swarm) report(ctx context.Context, start time.Time) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			line := fmt.Sprintf("%4.0f s: %d connected, %d numbers sent", now.Sub(start).Seconds(), int64(s.n)-s.failed.Load(), s.sent.Load())
			if s.place.App == protocol.Echo {
				line += fmt.Sprintf(", %d answered", s.answered.Load())
			}
			s.out.printf("%s, %d failed", line, s.failed.Load())
		}
	}
}

// summary says how it went, and is an error if anything did not go well.
func (s *swarm) summary() error {
	var sent, counted int64
	for _, m := range s.members {
		sent += m.sent
		counted += m.counted
	}
	s.out.printf("%d numbers sent on %d connections, %d bytes", s.sent.Load(), s.n, sent)
	if s.place.App == protocol.Count {
		s.out.printf("the server counted %d bytes", counted)
	} else {
		s.out.printf("%d replies, each as it was sent", s.answered.Load())
	}
	failed := s.failed.Load()
	s.out.printf("%d connections were fine, %d failed", int64(s.n)-failed, failed)
	if failed > 0 {
		return fmt.Errorf("%d of %d connections failed", failed, s.n)
	}
	return nil
}
