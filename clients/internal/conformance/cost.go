package conformance

import (
	"strings"
	"sync/atomic"
	"time"

	"c10klab/services/protocol"
)

// costCases look through the meter at what the server holds, uses and logs.
func costCases() []Case {
	return append(cases(protocol.Echo,
		Case{Name: "descriptors", Title: "every descriptor of a client that left is given back", Meter: true, run: descriptors},
		Case{Name: "idle-cpu", Title: "who has nothing to do uses no CPU, whoever left before, and however", Meter: true, run: func(s *script) {
			idleCPU(s, true)
		}},
		Case{Name: "memory-bounded", Title: "clients that never read cost a bounded memory, and others are served", Meter: true, Together: hoarders + 1, run: func(s *script) {
			memoryBounded(s, hoarders)
		}},
		Case{Name: "idle", Title: "with -idle a silent client is closed, and one that speaks is not", Meter: true, Together: 3, run: idleClosed},
		Case{Name: "print", Title: "with -print the log names the client that spoke", Meter: true, Together: 2, run: func(s *script) { loggedName(s, true) }},
	), cases(protocol.Page,
		Case{Name: "memory-given-back", Title: "what was held for clients that left is used for the next", Meter: true, run: memoryGivenBack},
	)...)
}

// figure asks the meter for one of its figures.
func (s *script) figure(name string) float64 {
	figures, err := s.target.Control.Metrics(s.ctx)
	if err != nil {
		s.fail("asking the meter for its metrics: %v", err)
	}
	n, ok := figures[name]
	if !ok {
		s.fail("the meter gives no %s", name)
	}
	return n
}

// descriptors counts them through the meter, before and after clients that left
// in every way there is.
func descriptors(s *script) {
	visit := func() { // without waiting for the end of file: a descriptor that stays open somewhere keeps it back
		c := s.dial()
		c.ask("hello\n", "hello\n")
		c.leave()
	}
	visit()
	before := s.figure(protocol.MetricDescriptors)
	for i := range 60 {
		leaveSomehow(s, i)
	}
	visit()
	after := s.figure(protocol.MetricDescriptors)
	for end := s.deadline(); after > before && time.Now().Before(end); after = s.figure(protocol.MetricDescriptors) {
		s.pause(quiet)
	}
	if after > before {
		s.fail("60 clients came and left; expected %v descriptors as before, got %v: the server keeps closed connections", before, after)
	}
}

// leaveSomehow brings a client that leaves in the i-th of all ways.
func leaveSomehow(s *script, i int) {
	c := s.dial()
	switch i % 4 {
	case 0:
		c.leave()
	case 1:
		c.ask("hello\n", "hello\n")
		c.reset()
	case 2:
		c.send("half\n")
		c.halfClose()
		c.expect("half\n")
		c.leave() // whether the end of file comes or not
	case 3:
		c.send("owed\n")
		c.reset()
	}
}

// idleCPU catches a server that spins: at an end of file that it did not take, or
// a reset. A spinning thread uses all of a CPU that it gets, a waiting one
// next to nothing, so that a 25th tells them apart on a machine with other work, too. beside says whether a
// client stays connected, and says nothing.
func idleCPU(s *script, beside bool) {
	const window = 300 * time.Millisecond
	for i := range 12 {
		leaveSomehow(s, i)
	}
	if beside {
		s.dial().ask("I stay\n", "I stay\n")
	}
	var share float64
	for range 4 { // the first is for what is still to be cleaned up
		s.pause(window)
		cpu, clock := s.figure(protocol.MetricCPU), s.figure(protocol.MetricClock)
		s.pause(window)
		share = (s.figure(protocol.MetricCPU) - cpu) / (s.figure(protocol.MetricClock) - clock)
		if share < 0.04 {
			return
		}
	}
	s.fail("nobody said anything; expected the server to use no CPU, got %.0f %% of one: it spins", 100*share)
}

// hoarders is how many clients push at the same time and never read.
const hoarders = 10

// memoryBounded has them push until nothing moves. A server without a bound
// takes more of each than sockets hold: tcp_rmem and tcp_wmem of tcp(7), 32 and 4 MiB on recent machines.
func memoryBounded(s *script, n int) {
	const (
		limit = 40 << 20
		owed  = protocol.HighMark + protocol.ReadSize + 256<<10 // the last is what the kernel may have delivered to a proactor
		slack = 16 << 20                                        // a heap grows by half of it while it is in use
	)
	block := noise(64 << 10)
	greedy := make([]*client, n)
	for i := range greedy {
		greedy[i] = s.dialTight()
		greedy[i].exchange(block, block) // what each needs for itself is there then
	}
	before := s.figure(protocol.MetricResident)
	s.together(n, func(i int) {
		if greedy[i].push(block, limit, stuck) >= limit {
			s.fail("%s: pushed %d MiB without reading a byte, and the server went on taking it", greedy[i].name, limit>>20)
		}
	})
	after := s.figure(protocol.MetricResident)
	if bound := float64(n*owed + slack); after-before > bound {
		s.fail("%d clients pushed and read nothing; expected the server to hold at most %d KiB for each, got %.0f MiB more in all (allowed: %.0f)",
			n, owed>>10, (after-before)/(1<<20), bound/(1<<20))
	}
	for i, c := range greedy {
		if n > 1 && i == 0 {
			s.nextIsServed()
		}
		c.reset()
	}
	s.nextIsServed()
}

// memoryGivenBack catches a server that keeps what belonged to clients that left:
// in each wave some come, leave a request of 64 KiB unfinished, and go. A heap grows at
// first, and when it grows no more what one wave left does for the next.
func memoryGivenBack(s *script) {
	const (
		each    = 60
		stretch = 10 // waves, which bring 37 MiB
		waves   = 4 * stretch
		allowed = 8 << 20
	)
	part := form("a=" + strings.Repeat("b", protocol.MaxBody-2))
	part = part[:len(part)-1]
	var held []float64
	grown := func() float64 { return held[len(held)-1] - held[len(held)-1-stretch] }
	for i := range waves + 1 {
		leaveUnfinished(s, each, part)
		held = append(held, s.figure(protocol.MetricResident))
		if i >= stretch && grown() <= allowed {
			return
		}
	}
	s.fail("%d clients came and left requests of %d KiB unfinished; expected the memory of those that left to do for the next, got %.0f MiB more for the last %d (allowed: %d)",
		len(held)*each, len(part)>>10, grown()/(1<<20), stretch*each, allowed>>20)
}

// leaveUnfinished brings n clients that say part of a request each and go, half of them with a reset.
func leaveUnfinished(s *script, n int, part string) {
	all := make([]*client, n)
	for i := range all {
		all[i] = s.dial()
		all[i].send(part)
	}
	s.pause(quiet) // what a reset overtakes is never received
	for i, c := range all {
		if i%2 == 0 {
			c.leave()
		} else {
			c.reset()
		}
		s.forget(c)
	}
	last := s.dial()
	last.fetch("GET", request("GET", "/", ""), 200)
	last.end()
}

// memoryGivenBackBy is the same for a server that is restarted with these flags.
func memoryGivenBackBy(flags ...string) func(s *script) {
	return func(s *script) {
		defer s.restarted(flags...)()
		memoryGivenBack(s)
	}
}

// idleClosed has one client that never spoke and one that did once; the third
// goes on speaking until they are gone, and for a while after.
func idleClosed(s *script) {
	const limit = time.Second
	defer s.restarted("-idle=" + limit.String())()
	s.target.Patience += limit
	var gone atomic.Int32
	silent, fallen, active := s.dial(), s.dial(), s.dial()
	fallen.ask("once\n", "once\n")
	s.together(3, func(i int) {
		switch i {
		case 0:
			silent.expectEOF()
			gone.Add(1)
		case 1:
			fallen.expectEOF()
			gone.Add(1)
		case 2:
			for end := s.deadline(); gone.Load() < 2 && time.Now().Before(end); s.pause(limit / 10) {
				active.ask("still here\n", "still here\n")
			}
			active.ask("and now\n", "and now\n")
		}
	})
	active.end()
}

// idleInTurn is the same for a model that serves one client at a time.
func idleInTurn(s *script) {
	const limit = time.Second
	defer s.restarted("-idle=" + limit.String())()
	s.target.Patience += limit
	active := s.dial()
	for range 12 {
		active.ask("still here\n", "still here\n")
		s.pause(limit / 10)
	}
	active.end()
	active.leave()
	s.dial().expectEOF()
	s.nextIsServed()
}

// loggedName catches a server that has one variable for the address of all its
// clients: the log then names the one that came last. With beside both are
// served at the same time.
func loggedName(s *script, beside bool) {
	defer s.restarted("-print")()
	speaker := s.dial()
	other := s.dial()
	if beside {
		other.ask("other\n", "other\n")
	}
	speaker.ask("speaker\n", "speaker\n")
	exit := s.stopped(speaker.expectEOF)
	if name := speaker.conn.LocalAddr().String(); !strings.Contains(exit.LastLog, name) {
		s.fail("%s, which is %s, spoke last; expected its address in the last line of the log, got %q", speaker.name, name, exit.LastLog)
	}
}
