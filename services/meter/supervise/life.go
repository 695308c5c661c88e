package supervise

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/services/protocol"
)

// life is one process of the service, from its start to its end.
type life struct {
	pid    int
	reaped chan struct{} // closed when it has ended; its number may be another process's now
	ended  chan struct{} // closed when its last log line was read, too
	line   chan struct{} // something was logged: it may listen now
	out    relay
	err    relay
	asked  atomic.Bool // to end: what follows is no death

	// Set before ended is closed, read after.
	exit   protocol.Exit
	status syscall.WaitStatus
}

// begin starts the service with these arguments, on the first cpus of its CPUs (0: all). It gets a process group of
// its own: what is sent to the meter's, by a terminal for instance, reaches it
// through the meter alone, and once. A meter that is killed takes it along.
func (s *Service) begin(args []string, cpus int) (*life, error) {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return nil, err
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer func() { _ = null.Close() }()
	outR, outW, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe for the log: %w", err)
	}
	defer func() { _ = outW.Close() }()
	errR, errW, err := os.Pipe()
	if err != nil {
		_ = outR.Close()
		return nil, fmt.Errorf("make a pipe for the log: %w", err)
	}
	defer func() { _ = errW.Close() }()

	attr := &syscall.ProcAttr{
		Env:   os.Environ(),
		Files: []uintptr{null.Fd(), outW.Fd(), errW.Fd()},
		Sys:   &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	}
	kills, _ := s.OOMKills()
	start := func() (int, error) { return syscall.ForkExec(path, args, attr) }
	if s.Spawn != nil {
		fork := start
		start = func() (int, error) { return s.Spawn(attr.Sys, fork) }
	}
	if cpus > 0 {
		set, err := s.first(cpus)
		if err != nil {
			_, _ = outR.Close(), errR.Close()
			return nil, err
		}
		all := start
		start = func() (int, error) { return narrowed(set, all) }
	}
	pid, status, err := s.Reaper.Start(start)
	if err != nil {
		_, _ = outR.Close(), errR.Close()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	l := &life{pid: pid, reaped: make(chan struct{}), ended: make(chan struct{}), line: make(chan struct{}, 1)}
	go l.watch(status, outR, errR, s, kills)
	return l, nil
}

// watch passes the log on until the service has ended.
func (l *life) watch(status <-chan syscall.WaitStatus, out, err *os.File, s *Service, killsBefore uint64) {
	hint := func() {
		select {
		case l.line <- struct{}{}:
		default:
		}
	}
	l.out.line, l.err.line = hint, hint
	var streams sync.WaitGroup
	streams.Go(func() { l.out.copy(s.Stdout, out); _ = out.Close() })
	streams.Go(func() { l.err.copy(s.Stderr, err); _ = err.Close() })

	l.status = <-status
	close(l.reaped)
	read := make(chan struct{})
	go func() { streams.Wait(); close(read) }()
	select {
	case <-read:
	case <-time.After(200 * time.Millisecond): // a child that lives on holds the pipe open
	}
	kills, counted := s.OOMKills()
	l.exit = exitOf(l.status, l.lastLog(), counted && kills > killsBefore)
	if !l.asked.Load() {
		s.Log.Printf("the service ended unasked: %s", describe(l.exit))
	}
	close(l.ended)
}

func (l *life) lastLog() string {
	if line := l.err.lastLine(); line != "" {
		return line
	}
	return l.out.lastLine()
}

// running says whether the service has not ended.
func (l *life) running() bool {
	select {
	case <-l.reaped:
		return false
	default:
		return true
	}
}

// signal sends sig to the service's first process. That it has just ended is no error.
func (l *life) signal(sig syscall.Signal) error {
	if !l.running() {
		return nil
	}
	if err := unix.Kill(l.pid, sig); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("send %s to process %d: %w", unix.SignalName(sig), l.pid, err)
	}
	return nil
}

func exitOf(ws syscall.WaitStatus, last string, oom bool) protocol.Exit {
	e := protocol.Exit{Status: ws.ExitStatus(), LastLog: last, OutOfMemory: oom}
	if ws.Signaled() {
		e.Status, e.Signal = -1, unix.SignalName(ws.Signal())
	}
	return e
}

// describe says in one line how a service ended.
func describe(e protocol.Exit) string {
	how := fmt.Sprintf("exit status %d", e.Status)
	if e.Signal != "" {
		how = "ended by " + e.Signal
	}
	if e.OutOfMemory {
		how += ", out of memory"
	}
	if e.LastLog != "" {
		how += "; its last log line: " + e.LastLog
	}
	return how
}
