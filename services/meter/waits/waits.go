// Package waits counts which system call each thread of a service sits in, and
// tells the threads that serve clients from those that only keep a language's
// runtime going.
package waits

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"c10klab/services/meter/proc"
	"c10klab/services/protocol"
)

// resting are the calls that a thread without work sits in: locks, timers,
// signals, children. In a process that names none of its threads, those in
// other calls serve. (The goroutine model has one poller in epoll_pwait, and
// its other threads in futex.)
var resting = map[string]bool{
	"futex": true, "futex_wait": true, "futex_waitv": true,
	"nanosleep": true, "clock_nanosleep": true, "restart_syscall": true,
	"rt_sigtimedwait": true, "rt_sigtimedwait_time64": true, "rt_sigsuspend": true, "pause": true,
	"sched_yield": true, "wait4": true, "waitid": true,
}

// Count looks at every thread of the processes. Processes that end meanwhile
// are left out. It fails where the kernel does not let this process look.
func Count(f proc.FS, processes []proc.Process) (protocol.Waits, error) {
	w := protocol.Waits{Serving: map[string]int{}, Idle: map[string]int{}}
	var first []proc.Thread
	for _, p := range processes {
		if p.Zombie() {
			continue
		}
		threads, err := f.Threads(p.PID)
		switch {
		case errors.Is(err, fs.ErrPermission) && f.Ending(p.PID):
			continue
		case errors.Is(err, fs.ErrPermission):
			return w, fmt.Errorf("look at the threads of process %d: %w (allowed to the same user, of a program readable to it, where kernel.yama.ptrace_scope is 0 or 1)", p.PID, err)
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return w, err
		case len(threads) == 0:
			continue
		}
		w.Processes++
		w.Threads += len(threads)
		if first == nil {
			first = threads
		}
		count(&w, threads, f.Program(p.PID))
	}
	if len(w.Serving) == 0 && first != nil {
		promote(&w, leader(first))
	}
	return w, nil
}

// count sorts the threads of one process into those that serve and the others.
func count(w *protocol.Waits, threads []proc.Thread, program string) {
	named := false
	for _, t := range threads {
		named = named || serves(t, program)
	}
	for _, t := range threads {
		if serves(t, program) || !named && !resting[t.Call] {
			w.Serving[t.Call]++
		} else {
			w.Idle[t.Call]++
		}
	}
}

// serves says whether the thread was given the name of one that serves. A
// thread starts out with its program's name, so in a program that is called
// "server" that prefix alone says nothing.
func serves(t proc.Thread, program string) bool {
	return strings.HasPrefix(t.Name, protocol.ServingThread) && t.Name != program[:min(len(program), 15)]
}

// promote counts a thread as serving after all: something must be.
func promote(w *protocol.Waits, t proc.Thread) {
	if w.Idle[t.Call]--; w.Idle[t.Call] == 0 {
		delete(w.Idle, t.Call)
	}
	w.Serving[t.Call]++
}

// leader is the thread that has the process's number, the lowest one.
func leader(threads []proc.Thread) proc.Thread {
	m := threads[0]
	for _, t := range threads {
		if t.TID < m.TID {
			m = t
		}
	}
	return m
}
