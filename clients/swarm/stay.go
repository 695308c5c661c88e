package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	// Nobody got any further for so long: that is how many get in. While some have no connection yet it
	// is longer: the kernel repeats a SYN after 1 s, then 2, 4 and 8 s.
	settled     = 4 * time.Second
	settledSYN  = 9 * time.Second
	settledNone = 20 * time.Second      // while nobody has an answer: a server may be busy with the end of those before
	patience    = 30 * time.Second      // with the last answers, which all of them ask for at once
	press       = 20 * time.Millisecond // a connection not made within this keeps the next ones waiting no longer
)

// standing says how far the clients of a crowd have come.
type standing struct {
	Came     int    `json:"came"`
	Answered int    `json:"answered"`       // got replies, each as it was sent
	Waiting  int    `json:"waiting"`        // connected by the server's kernel, and not answered yet
	Refused  int    `json:"refused"`        // by the kernel, or closed before the first reply
	Outside  int    `json:"outside"`        // got no answer even from the kernel: the backlog is full
	Lost     int    `json:"lost"`           // of those answered: something went wrong later
	Said     string `json:"said,omitempty"` // the first loss, or else the first refusal, in words
}

func (s standing) String() string {
	text := fmt.Sprintf("%d came: %d are answered, %d are connected and wait, %d were refused, %d got no connection (a full backlog answers nobody)",
		s.Came, s.Answered, s.Waiting, s.Refused, s.Outside)
	if s.Lost > 0 {
		text += fmt.Sprintf("; %d of those answered were lost", s.Lost)
	}
	if s.Said != "" {
		text += "; " + s.Said
	}
	return text
}

// add sums up the parts of a crowd.
func (s *standing) add(o standing) {
	s.Came += o.Came
	s.Answered += o.Answered
	s.Waiting += o.Waiting
	s.Refused += o.Refused
	s.Outside += o.Outside
	if o.Said != "" && (s.Said == "" || s.Lost == 0 && o.Lost > 0) {
		s.Said = o.Said
	}
	s.Lost += o.Lost
}

// show prints where the crowd stands.
func (s *swarm) show(at standing) {
	if s.json {
		text, _ := json.Marshal(at) // numbers and a string: it can't fail
		s.out.printf("%s", text)
		return
	}
	s.out.printf("%v", at)
}

// crowd is a swarm of which not everybody need get in, in one process.
type crowd struct {
	swarm *swarm
	addr  string        // resolved: looking a name up 10,000 times would measure the resolver
	slots chan struct{} // for connections that are being made

	asking sync.WaitGroup // who was answered, until the last answer
	asked  chan struct{}  // closed when everybody has got it

	mu      sync.Mutex
	at      standing // Waiting is kept up; Outside is counted at the end of the attempts
	inside  map[*net.TCPConn]bool
	moved   time.Time // when somebody last got any further; who is turned away does not
	leaving bool      // whoever is answered now is too late
	problem error     // on this side
}

// stayAll is the command with -stay.
func (s *swarm) stayAll(ctx context.Context) error {
	if s.seed == 0 {
		s.seed = rand.Uint64()
	}
	limit, err := descriptors()
	if err != nil {
		return err
	}
	sizes := split(s.n, limit)
	if !s.part {
		s.errs.printf("%d clients come to %s and stay, in processes of %v; seed %d; Ctrl-C ends it, or else the end of %v", s.n, s.place, sizes, s.seed, s.length)
	}
	if len(sizes) > 1 {
		return s.stayIn(ctx, sizes)
	}
	return s.stay(ctx)
}

// stay lets the crowd press in, says how many are where, and stays until ctx
// ends or the time is up. Everybody who was answered goes on asking meanwhile.
func (s *swarm) stay(ctx context.Context) error {
	addr, err := resolve(ctx, s.place.Addr)
	if err != nil {
		return err
	}
	c := &crowd{
		swarm: s, addr: addr, slots: make(chan struct{}, dialling), moved: time.Now(),
		at: standing{Came: s.n}, inside: map[*net.TCPConn]bool{}, asked: make(chan struct{}),
	}
	ctx, stop := context.WithTimeout(ctx, s.length)
	defer stop()
	attempts, enough := context.WithCancel(ctx)
	defer enough()
	var visits, dials sync.WaitGroup
	dials.Add(s.n)
	for i := range s.n {
		visits.Go(func() { c.visit(ctx, attempts, i, dials.Done) })
	}
	c.settle(ctx)
	enough()
	dials.Wait()
	if err := c.trouble(); err == nil {
		s.show(c.now())
		<-ctx.Done()
	}
	stop()
	c.leave()
	visits.Wait()
	return c.end()
}

// end shows what became of everybody; an error if anybody was lost.
func (c *crowd) end() error {
	if err := c.trouble(); err != nil {
		return err
	}
	at := c.now()
	c.swarm.show(at)
	return lost(at)
}

// lost is an error if anybody was.
func lost(at standing) error {
	if at.Lost > 0 {
		return fmt.Errorf("%d of %d clients that were answered were lost: %s", at.Lost, at.Answered, at.Said)
	}
	return nil
}

// settle waits until nobody gets any further.
func (c *crowd) settle(ctx context.Context) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if c.decided() {
			return
		}
	}
}

// decided reports whether nobody who waits can still be expected to get in.
func (c *crowd) decided() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	still := time.Since(c.moved)
	at := c.at
	connecting := at.Came - at.Waiting - at.Answered - at.Refused - at.Outside
	enough := settled
	switch {
	case at.Answered == 0 && at.Waiting > 0:
		enough = settledNone
	case connecting > 0:
		enough = settledSYN
	}
	return c.problem != nil || at.Answered+at.Refused == at.Came || still > enough
}

// visit is one client's stay: it connects while attempts may be made, asks, and
// goes on asking until ctx ends. Then it asks once more, so that however short the
// stay everybody was answered twice, and leaves by a reset.
func (c *crowd) visit(ctx, attempts context.Context, number int, dialled func()) {
	conn := c.dial(attempts)
	dialled()
	if conn == nil {
		return
	}
	m := &member{number: number + 1, conn: conn, random: rand.New(rand.NewPCG(c.swarm.seed, uint64(number)))}
	defer conn.Close()
	_ = conn.SetLinger(0)
	for answers, last := 0, false; !last; answers++ {
		last = ctx.Err() != nil
		if last && answers == 0 {
			return
		}
		text, err := m.say()
		if err == nil {
			err = m.hear(text)
		}
		if err != nil {
			c.failed(m, answers > 0, err)
			if answers > 0 {
				c.asking.Done()
			}
			return
		}
		if answers == 0 && !c.enter(conn) {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(c.swarm.every):
		}
	}
	// Nobody leaves while others wait for their last answer: thousands of threads that
	// end keep a server busy for seconds.
	c.asking.Done()
	<-c.asked
}

// dial makes a connection, or counts why there is none. Many are made at a time,
// and one that is not answered at once lets the next go ahead.
func (c *crowd) dial(attempts context.Context) *net.TCPConn {
	c.slots <- struct{}{}
	var once sync.Once
	free := func() { once.Do(func() { <-c.slots }) }
	defer free()
	defer time.AfterFunc(press, free).Stop()
	conn, err := new(net.Dialer).DialContext(attempts, "tcp", c.addr)

	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil:
		c.at.Waiting++
		c.inside[conn.(*net.TCPConn)] = false
		c.moved = time.Now()
		return conn.(*net.TCPConn)
	case attempts.Err() != nil, errors.Is(err, syscall.ETIMEDOUT):
		c.at.Outside++
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET):
		c.refuse(fmt.Errorf("connecting: %w", err))
	case c.problem == nil:
		c.problem = fmt.Errorf("connecting to %s: %w", c.swarm.place, err)
	}
	return nil
}

// enter notes a client's first reply, and says whether it came before the crowd left:
// those who leave first make room for others.
func (c *crowd) enter(conn *net.TCPConn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaving {
		return false
	}
	c.at.Waiting--
	c.at.Answered++
	c.inside[conn] = true
	c.asking.Add(1)
	c.moved = time.Now()
	return true
}

// refuse counts somebody who did not get in; c.mu is held.
func (c *crowd) refuse(err error) {
	c.at.Refused++
	if c.at.Said == "" {
		c.at.Said = "the first refusal: " + err.Error()
	}
}

// failed counts a conversation that ended before its client left. One that was
// never answered may be cut short by leave, and is none.
func (c *crowd) failed(m *member, answered bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case answered:
		if c.at.Lost++; c.at.Lost == 1 {
			c.at.Said = fmt.Sprintf("the first loss: #%d: %v", m.number, err)
		}
	case !errors.Is(err, os.ErrDeadlineExceeded):
		c.at.Waiting--
		c.refuse(err)
	}
}

// leave wakes everybody who waits for a reply. Who was answered before gets this one, too, and leaves when all have got theirs.
func (c *crowd) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leaving = true
	go func() {
		c.asking.Wait()
		close(c.asked)
	}()
	now := time.Now()
	for conn, inside := range c.inside {
		limit := now
		if inside {
			limit = now.Add(patience)
		}
		_ = conn.SetReadDeadline(limit)
	}
}

func (c *crowd) now() standing {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *crowd) trouble() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.problem
}

// resolve looks the host up once.
func resolve(ctx context.Context, addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return "", fmt.Errorf("no host %s: %w", host, err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "", err
	}
	return netip.AddrPortFrom(found[0].Unmap(), uint16(number)).String(), nil
}
