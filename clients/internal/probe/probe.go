// Package probe measures the machine itself between trials: how far its two
// CPUs are apart, how fast they compute, what a system call and a wake-up cost.
// Machines drift by a factor of two within minutes with nothing else running;
// a reading before and after each trial tells such a drift from a difference
// between models.
package probe

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/pin"
)

// Reading is one probe; it takes about 20 ms. A field is 0 where it could not
// be measured, such as the distance on a machine with one CPU.
type Reading struct {
	CacheLine float64 `json:"cache_line_ns"`   // a cache line from one CPU to the other, one way
	Client    float64 `json:"client_spin_ns"`  // a step of an integer spin on the client's CPU
	Server    float64 `json:"server_spin_ns"`  // the same on the services' first CPU
	Syscall   float64 `json:"syscall_ns"`      // an empty system call (getppid) on the client's CPU
	WakeUp    float64 `json:"wake_up_ns"`      // waking a thread on the other CPU through an eventfd, one way
	Problem   string  `json:"error,omitempty"` // why something is missing
}

const (
	spinTime  = 10 * time.Millisecond
	lineTime  = 2 * time.Millisecond
	wakeUps   = 100
	wakeTime  = 5 * time.Millisecond
	emptyCall = 2000
)

// Take probes the client's and the services' CPU. Nothing else should run.
func Take(client, server int) Reading {
	// Pinning a client to one CPU left the runtime one P, and two spinning threads need two.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	var r Reading
	var errs []error
	both := client != server
	errs = append(errs, onCPUs(func(side int) {
		if side == 0 {
			r.Client = spin()
		} else {
			r.Server = spin()
		}
	}, cpus(client, server)...))
	if !both {
		r.Server = r.Client
	}
	errs = append(errs, onCPUs(func(int) { r.Syscall = emptyCalls() }, client))
	if both {
		var line volley
		errs = append(errs, onCPUs(func(side int) {
			if ns := line.play(side); side == 0 {
				r.CacheLine = ns
			}
		}, client, server))
		ns, err := wakeUp(client, server)
		r.WakeUp = ns
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		r.Problem = err.Error()
	}
	return r
}

func cpus(client, server int) []int { return slices.Compact([]int{client, server}) }

// onCPUs runs do once for each CPU, at the same time, in threads pinned there
// that end afterwards: a pinned thread must not go back to the runtime.
func onCPUs(do func(side int), cpus ...int) error {
	var pinned, done sync.WaitGroup
	errs := make([]error, len(cpus))
	pinned.Add(len(cpus))
	for side, cpu := range cpus {
		done.Go(func() {
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			errs[side] = pin.Thread(cpu)
			pinned.Done()
			pinned.Wait()
			if errors.Join(errs...) == nil {
				do(side)
			}
		})
	}
	done.Wait()
	return errors.Join(errs...)
}

// spin returns ns per step of a chain of multiplications, which no CPU can do side by side.
func spin() float64 {
	const batch = 4096
	x, steps := uint64(1), 0
	start := time.Now()
	for time.Since(start) < spinTime {
		for range batch {
			x = x*6364136223846793005 + 1442695040888963407
		}
		steps += batch
	}
	d := time.Since(start)
	sink.Store(x)
	return float64(d.Nanoseconds()) / float64(steps)
}

var sink atomic.Uint64 // keeps the compiler from dropping the spin

func emptyCalls() float64 {
	start := time.Now()
	for range emptyCall {
		unix.RawSyscall(unix.SYS_GETPPID, 0, 0, 0)
	}
	return float64(time.Since(start).Nanoseconds()) / emptyCall
}

// volley is a cache line that two threads hit to and fro: even numbers are side 0's turn.
type volley struct {
	_    [64]byte
	ball atomic.Int64
	_    [56]byte
	over atomic.Bool
}

// play returns ns for one way on side 0, and 0 on side 1. The clock starts when
// the ball has come back once: until then the other thread may not be running.
func (v *volley) play(side int) float64 {
	begin := time.Now()
	var first time.Time
	hits := 0
	for spins := 1; ; spins++ {
		if ball := v.ball.Load(); ball%2 == int64(side) {
			v.ball.Store(ball + 1)
			if hits++; hits == 2 {
				first = time.Now()
			}
		}
		if spins%256 != 0 {
			continue
		}
		switch now := time.Now(); {
		case v.over.Load():
			return 0
		case side == 1:
		case hits > 2 && now.Sub(first) > lineTime:
			v.over.Store(true)
			return float64(now.Sub(first).Nanoseconds()) / float64(2*(hits-2))
		case now.Sub(begin) > 3*lineTime: // the other thread has no CPU
			v.over.Store(true)
			return 0
		}
	}
}

// wakeUp bounces a token between two blocked threads and returns ns for one way.
func wakeUp(client, server int) (ns float64, err error) {
	var fds [2]int
	for i := range fds {
		if fds[i], err = unix.Eventfd(0, unix.EFD_CLOEXEC); err != nil {
			return 0, fmt.Errorf("eventfd: %w", err)
		}
		defer unix.Close(fds[i])
	}
	token, last := []byte{1, 0, 0, 0, 0, 0, 0, 0}, []byte{2, 0, 0, 0, 0, 0, 0, 0}
	err = onCPUs(func(side int) {
		got := make([]byte, 8)
		if side == 1 {
			for got[0] != last[0] {
				unix.Read(fds[1], got)
				unix.Write(fds[0], token)
			}
			return
		}
		start := time.Now()
		trips := 0
		for send := token; send[0] != last[0]; trips++ {
			if trips == wakeUps-1 || time.Since(start) > wakeTime {
				send = last
			}
			unix.Write(fds[1], send)
			unix.Read(fds[0], got)
		}
		ns = float64(time.Since(start).Nanoseconds()) / float64(2*trips)
	}, client, server)
	return ns, err
}
