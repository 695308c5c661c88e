package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"c10klab/services/meter/proc"
	"c10klab/services/protocol"
)

// Change is what a restart changes. The zero Change gives everything back.
type Change struct {
	Apps  []protocol.App // serve these alone; empty: all
	Args  []string       // further flags, after the command's own
	CPUs  int            // it may run on the first so many of its CPUs; 0: on all
	Lease time.Duration  // how long until everything is given back, if anything is changed
	Grace time.Duration  // how long the old process may take to end; 0: it is killed at once
}

// Restart ends the service, starts it anew and returns when it listens. From
// then on, or from a failure on, the lease runs.
func (s *Service) Restart(ctx context.Context, c Change) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	return s.restart(c)
}

func (s *Service) restart(c Change) error {
	if c.CPUs > 0 {
		if _, err := s.first(c.CPUs); err != nil {
			return err // before anything is ended
		}
	}
	if err := s.end(syscall.SIGTERM, c.Grace, nil); err != nil {
		return err
	}
	s.mu.Lock()
	s.lease.end()
	if len(c.Apps)+len(c.Args)+c.CPUs > 0 {
		s.lease.begin(c.Lease, s.expire)
	}
	s.mu.Unlock()
	if err := s.launch(c); err != nil {
		return err
	}
	s.mu.Lock()
	l, apps, foreign := s.life, s.apps, s.foreign
	s.mu.Unlock()
	return s.await(l, apps, foreign)
}

// launch starts the service as the change says.
func (s *Service) launch(c Change) error {
	args, apps := append([]string{}, s.Command...), s.Apps
	if len(c.Apps) > 0 {
		args, apps = append(args, "-apps", protocol.JoinApps(c.Apps)), c.Apps
	}
	args = append(args, c.Args...)
	foreign, err := s.sockets()
	var l *life
	if err == nil {
		l, err = s.begin(args, c.CPUs)
	}
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrNotStarted, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps, s.args, s.cpus, s.foreign = apps, c.Args, c.CPUs, foreign
	s.stopped, s.paused, s.failed = false, false, err
	if err == nil {
		s.life = l
	}
	return err
}

// Stop ends the service. It is started again when the lease runs out; to stop it once more makes the lease anew.
func (s *Service) Stop(ctx context.Context, grace, lease time.Duration) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	if err := s.end(syscall.SIGTERM, grace, nil); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped, s.paused, s.failed = true, false, nil
	s.lease.begin(lease, s.expire)
	return nil
}

// Pause sends SIGSTOP to all processes of the service, Resume SIGCONT. It returns when their threads stand still, which they
// don't at once: the signal is one thread's, and the others stop when that one has taken it. A pause is under a lease as well,
// unless one runs.
func (s *Service) Pause(ctx context.Context, lease time.Duration) error {
	return s.signal(ctx, syscall.SIGSTOP, func() {
		s.paused = true
		if !s.lease.runs() {
			s.lease.begin(lease, s.expire)
		}
	}, s.standStill)
}

// Resume ends a Pause, and the lease if a pause was all it was for.
func (s *Service) Resume(ctx context.Context) error {
	return s.signal(ctx, syscall.SIGCONT, func() {
		s.paused = false
		if len(s.args)+s.cpus == 0 && len(s.apps) == len(s.Apps) {
			s.lease.end()
		}
	}, nil)
}

// signal sends to all processes, calls then with mu held, and last without it, if there is such.
func (s *Service) signal(ctx context.Context, sig syscall.Signal, then func(), last func(*life)) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	l, err := s.signalLocked(sig, then)
	if err == nil && last != nil {
		last(l)
	}
	return err
}

func (s *Service) signalLocked(sig syscall.Signal, then func()) (*life, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life == nil || !s.life.running() {
		return nil, ErrNotRunning
	}
	if err := s.signalAll(s.life, sig); err != nil {
		return nil, err
	}
	then()
	return s.life, nil
}

// haltTime is how long threads may take to stop; one in an uninterruptible sleep takes until that is over.
const haltTime = time.Second

// standStill returns when no thread of the service moves any more.
func (s *Service) standStill(l *life) {
	for began := time.Now(); l.running() && time.Since(began) < haltTime; time.Sleep(100 * time.Microsecond) {
		if s.still() {
			return
		}
	}
}

func (s *Service) still() bool {
	processes, err := s.Processes()
	return err == nil && !slices.ContainsFunc(processes, func(p proc.Process) bool { return !p.Zombie() && !s.Proc.Stopped(p.PID) })
}

// expire gives everything back at the end of a lease, unless another operation came first.
func (s *Service) expire(n int) {
	if s.take(context.Background()) != nil {
		return
	}
	defer s.give()
	s.mu.Lock()
	current := s.lease.is(n)
	s.mu.Unlock()
	if !current {
		return
	}
	s.Log.Print("the lease is over: the service is started as it was")
	if err := s.restart(Change{Grace: Overdue}); err != nil && !errors.Is(err, ErrEnding) {
		s.Log.Printf("after the lease: %v", err)
	}
}

// Shutdown passes sig on, waits for the service to end and returns the exit
// status for the meter: the service's, or 128 and the signal that ended it.
// When again is signalled, or the service is overdue, it is killed. No
// operation succeeds afterwards.
func (s *Service) Shutdown(sig syscall.Signal, again <-chan os.Signal) int {
	close(s.ending)
	<-s.turn
	s.mu.Lock()
	s.lease.end()
	s.mu.Unlock()
	if err := s.end(sig, Overdue, again); err != nil {
		s.Log.Print(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.life == nil || s.failed != nil:
		return 1
	case s.life.running():
		return 128 + int(syscall.SIGKILL) // it could not even be killed
	case s.life.status.Signaled():
		return 128 + int(s.life.status.Signal())
	default:
		return s.life.status.ExitStatus()
	}
}

// take waits for the turn to operate.
func (s *Service) take(ctx context.Context) error {
	select {
	case <-s.ending: // select picks at random: an ending meter must not start anything
		return ErrEnding
	default:
	}
	select {
	case <-s.turn:
		return nil
	case <-s.ending:
		return ErrEnding
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Service) give() { s.turn <- struct{}{} }
