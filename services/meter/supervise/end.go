package supervise

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// killWithin bounds how long killed processes may take to be gone. One that
// waits for a device can't be killed.
const killWithin = 5 * time.Second

// end ends the service with all its processes: by the signal, and by SIGKILL
// after the grace, at once if that is 0. A signal on again, while the meter
// is ending, cuts the grace short; the meter's own ending cuts others short.
func (s *Service) end(sig syscall.Signal, grace time.Duration, again <-chan os.Signal) error {
	s.mu.Lock()
	l, paused := s.life, s.paused
	s.mu.Unlock()
	if l == nil {
		return nil
	}
	l.asked.Store(true)
	ending := s.ending
	if again != nil {
		ending = nil
	}
	if l.running() && grace > 0 {
		if err := l.signal(sig); err != nil {
			return err
		}
		if paused { // a stopped process takes no signal but these two
			if err := s.signalAll(l, syscall.SIGCONT); err != nil {
				return err
			}
		}
		overdue := time.NewTimer(grace)
		defer overdue.Stop()
		select {
		case <-l.reaped:
		case <-overdue.C:
			s.Log.Printf("the service did not end within %s of %s: killed", grace, unix.SignalName(sig))
		case <-again:
			s.Log.Print("asked to end a second time: the service is killed")
		case <-ending:
			return ErrEnding
		}
	}
	if err := s.killAll(l); err != nil {
		return err
	}
	<-l.ended
	return nil
}

// killAll kills what is left of the service: it may have left children, and
// they hold its ports. In most cases nothing is left, and one system call tells so.
func (s *Service) killAll(l *life) error {
	deadline := time.Now().Add(killWithin)
	for pause := 100 * time.Microsecond; !childless(); pause = min(2*pause, 10*time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("kill the service's processes: still there after %s", killWithin)
		}
		if err := s.signalAll(l, syscall.SIGKILL); err != nil {
			return err
		}
		time.Sleep(pause)
	}
	return nil
}

// signalAll sends to every process of the service: to its group in one call,
// which no fork slips through, and then to those that left the group.
func (s *Service) signalAll(l *life, sig syscall.Signal) error {
	if l.running() {
		if err := unix.Kill(-l.pid, sig); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("send %s to process group %d: %w", unix.SignalName(sig), l.pid, err)
		}
	}
	processes, err := s.Processes()
	if err != nil {
		return fmt.Errorf("look for the service's processes: %w", err)
	}
	for _, p := range processes {
		if p.Zombie() || l.running() && p.Group == l.pid {
			continue
		}
		if err := unix.Kill(p.PID, sig); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("send %s to process %d: %w", unix.SignalName(sig), p.PID, err)
		}
	}
	return nil
}
