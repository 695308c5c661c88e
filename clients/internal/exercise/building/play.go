package building

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Times that cases wait.
const (
	patience = 5 * time.Second        // for one answer, at most
	caseTime = 40 * time.Second       // for one case, at most
	quiet    = 30 * time.Millisecond  // how long a server is listened to that ought to say nothing
	stuck    = 500 * time.Millisecond // without room for a byte: the server no longer reads
)

// Failure is how a case failed.
type Failure struct {
	Words      string        `json:"words"`                // one line
	At         time.Duration `json:"at_ns"`                // since the case began
	Client     int           `json:"client,omitempty"`     // who saw it; 0: nobody in particular
	Difference *Difference   `json:"difference,omitempty"` // where an answer was not the expected one
	Steps      []Step        `json:"steps"`                // what the clients did and saw until then, the first and the last of them
	Threads    []string      `json:"threads"`              // what each of the server's threads sat in at that moment
	Said       string        `json:"said,omitempty"`       // what the server printed, its beginning and its end
}

// play is one case while it goes on. The first thing that doesn't hold ends it, as in package testing: fail leaves the goroutine with
// runtime.Goexit.
type play struct {
	ctx      context.Context
	folder   Folder
	spec     Spec
	server   *process
	random   *rand.Rand // of the case's own goroutine
	began    time.Time
	model    string // path of the lab's own server, for its cost; empty: none
	stopped  bool   // the case itself has ended the server
	undecide string // why nothing is decided here; empty: it is

	writers sync.WaitGroup // that run beside the case
	mu      sync.Mutex     // guards what follows: clients may act at the same time
	clients []*client
	came    int
	steps   []Step
	failure *Failure
}

// run plays one case in a goroutine of its own. Whatever it left open is reset.
func (p *play) run(do func(*play)) {
	done := make(chan struct{})
	p.began = time.Now()
	go func() {
		defer close(done)
		do(p)
	}()
	<-done
	p.mu.Lock()
	left := slices.Clone(p.clients)
	p.mu.Unlock()
	for _, c := range left {
		c.reset()
	}
	p.writers.Wait()
}

// fail ends the case.
func (p *play) fail(format string, args ...any) {
	p.blame(0, nil, fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// blame notes why the case fails; the first reason counts. A server that has ended explains all else.
func (p *play) blame(client int, d *Difference, words string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failure != nil {
		return
	}
	at := p.now()
	time.Sleep(quiet) // in which one that just crashed has ended
	p.failure = &Failure{Words: words, At: at, Client: client, Difference: d, Steps: slices.Clone(p.steps), Said: p.server.Said()}
	if p.server.gone() && !p.stopped {
		p.failure.Words = p.server.ended() + ". Meanwhile: " + words
		return
	}
	p.failure.Threads = p.server.threads()
}

// together does n things at the same time and goes on when all are done; if one fails the case does.
func (p *play) together(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
	p.mu.Lock()
	failed := p.failure != nil
	p.mu.Unlock()
	if failed {
		runtime.Goexit()
	}
}

// pause lets the server get on.
func (p *play) pause(d time.Duration) {
	select {
	case <-p.ctx.Done():
		p.fail("interrupted: %v", context.Cause(p.ctx))
	case <-time.After(d):
	}
}

// deadline is when patience with one answer ends; never later than the case.
func (p *play) deadline() time.Time {
	at := time.Now().Add(patience)
	if end, ok := p.ctx.Deadline(); ok && end.Before(at) {
		return end
	}
	return at
}

// undecided ends the case without a verdict.
func (p *play) undecided(format string, args ...any) {
	p.mu.Lock()
	p.undecide = fmt.Sprintf(format, args...)
	p.mu.Unlock()
	runtime.Goexit()
}
