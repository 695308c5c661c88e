package supervise

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Reaper waits for every child of this process: the service, and the orphans
// that the kernel hands to process 1 or to a subreaper. There must be no other
// wait in the program: two of them race for the same children, which is why
// nothing here goes through os/exec.
type Reaper struct {
	mu     sync.Mutex
	waiter map[int]chan<- syscall.WaitStatus
	used   Usage
	forks  chan func()
}

// Usage is the CPU time of processes that ended and were waited for, with that of
// their own children that they waited for.
type Usage struct{ User, System time.Duration }

// NewReaper makes this process the one that orphans below it fall to, and begins to wait for children.
func NewReaper() (*Reaper, error) {
	if os.Getpid() != 1 {
		if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
			return nil, fmt.Errorf("become the reaper of orphans: %w", err)
		}
	}
	r := &Reaper{waiter: map[int]chan<- syscall.WaitStatus{}, forks: make(chan func())}
	// One place is enough: the signal says that somebody ended, and reap asks until nobody is left.
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	go func() {
		for range ended {
			r.reap()
		}
	}()
	go func() {
		runtime.LockOSThread()
		for fork := range r.forks {
			fork()
		}
	}()
	return r, nil
}

// Start calls start, which makes a child, and returns a channel that carries
// the child's status when it has ended. The child can't be reaped before it is
// known here: reaping waits for the same lock.
//
// All children are made by one thread that lives as long as this process: a
// parent-death signal (PR_SET_PDEATHSIG) comes when the thread that forked
// ends, and the runtime ends its other threads as it likes.
func (r *Reaper) Start(start func() (int, error)) (pid int, status <-chan syscall.WaitStatus, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	done := make(chan struct{})
	r.forks <- func() {
		pid, err = start()
		close(done)
	}
	<-done
	if err != nil {
		return 0, nil, err
	}
	ended := make(chan syscall.WaitStatus, 1)
	r.waiter[pid] = ended
	return pid, ended, nil
}

// Hold calls f while nobody is reaped, with the usage of those that were: so f
// can add up the living, and a process that ends meanwhile is counted once.
func (r *Reaper) Hold(f func(ended Usage)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(r.used)
}

func (r *Reaper) reap() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		var status syscall.WaitStatus
		var usage syscall.Rusage
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, &usage)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		r.used.User += time.Duration(usage.Utime.Nano())
		r.used.System += time.Duration(usage.Stime.Nano())
		if w, ok := r.waiter[pid]; ok {
			delete(r.waiter, pid)
			w <- status
		}
	}
}

// childless says whether there is no child, living or not. Every descendant
// that lost its parents is a child, so then there are no descendants at all.
func childless() bool {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_ALL, 0, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	return errors.Is(err, unix.ECHILD)
}
