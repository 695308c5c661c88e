package trace

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"c10klab/services/meter/proc"
)

const procFS = proc.FS("/proc")

// tracer follows the threads of a service from stop to stop (ptrace(2)). All of it
// belongs to the one kernel thread that started the service.
type tracer struct {
	main     int             // the service's first process
	threads  map[int]*thread // by number
	names    *names
	note     func(*thread, Call, int) // told of each call that is shown, and when it began
	calls    int                      // begun so far
	nameless bool                     // the model names no threads: the runtime's poller serves
	log      func() string            // the service's last line
}

// drain handles all stops that have happened. It returns whether there was any.
func (t *tracer) drain() (any bool, err error) {
	for {
		var ws unix.WaitStatus
		tid, err := unix.Wait4(-1, &ws, unix.WALL|unix.WNOHANG|unix.WNOTHREAD, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.ECHILD || err == nil && len(t.threads) == 0:
			return any, t.ended()
		case err != nil:
			return any, fmt.Errorf("wait4 for the service: %w", err)
		case tid == 0:
			return any, nil
		}
		any = true
		if err := t.stopped(tid, ws); err != nil {
			return any, err
		}
	}
}

// ended says that the service has.
func (t *tracer) ended() error {
	if line := t.log(); line != "" {
		return fmt.Errorf("the service has ended: %s", line)
	}
	return errors.New("the service has ended")
}

// stopped handles one stop, and lets the thread go on to its next one.
func (t *tracer) stopped(tid int, ws unix.WaitStatus) error {
	if ws.Exited() || ws.Signaled() {
		delete(t.threads, tid)
		if tid == t.main {
			return t.ended()
		}
		return nil
	}
	th := t.threads[tid]
	if th == nil { // it may stop before its creator's call has told of it
		th = &thread{tid: tid}
		t.threads[tid] = th
		t.look(th)
	}
	signal := 0
	switch sig := ws.StopSignal(); {
	case sig == unix.SIGTRAP|0x80:
		t.syscall(th)
	case sig == unix.SIGTRAP:
		t.event(th, ws.TrapCause())
	case sig == unix.SIGSTOP && !th.begun:
		th.begun = true
	default:
		signal = int(sig)
	}
	if err := unix.PtraceSyscall(tid, signal); err != nil && err != unix.ESRCH { // ESRCH: it was killed where it stood
		return fmt.Errorf("ptrace thread %d: %w", tid, err)
	}
	return nil
}

// syscall handles the entry to a system call, or the return from it.
func (t *tracer) syscall(th *thread) {
	s, err := askStop(th.tid)
	if err != nil {
		return // killed
	}
	switch s.op {
	case stopAtEntry:
		t.enter(th, s)
	case stopAtExit:
		t.leave(th, s.result())
	}
}

func (t *tracer) enter(th *thread, s stopInfo) {
	t.calls++
	name := callName(s.number())
	th.inside, th.seated, th.child, th.at = true, false, 0, t.calls
	th.args, th.kind, th.call, th.ends = s.args(), kinds[name], Call{Name: name}, false
	t.whose(th)
	if name == "close" {
		t.names.forget(th.pid, th.args[0])
	}
}

// whose notes the descriptors that a call is about.
func (t *tracer) whose(th *thread) {
	switch name := th.call.Name; th.kind {
	case talks:
		t.about(th, th.args[0])
		if name == "close" && slices.Contains(th.call.On, Listener) { // a second descriptor for it: select asks for the lowest free number that way
			th.call.On = nil
		}
	case registers:
		t.about(th, th.args[2])
		th.call.Op = map[int]string{unix.EPOLL_CTL_ADD: "ADD", unix.EPOLL_CTL_MOD: "MOD", unix.EPOLL_CTL_DEL: "DEL"}[th.args[1]]
	case waits:
		th.call.On = t.names.of(th.pid, asked(th.tid, name, th.args))
		th.ends = !endless(th.tid, name, th.args)
	case futex:
		th.ends = !endless(th.tid, name, th.args)
	}
}

// about notes whose descriptor a call is about, if it is a client's or the listener.
func (t *tracer) about(th *thread, fd int) {
	if who := t.names.name(th.pid, fd); who != "" {
		th.call.FD, th.call.On = &fd, []string{who}
	}
}
