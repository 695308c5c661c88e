package drive

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Release gives memory back to the system when the last of many conversations
// has left. The zero value is ready. Its owner calls it from one thread at a time.
//
// The runtime would do so by itself, but minutes later: it collects no garbage
// while nobody allocates. A collection costs milliseconds, so it isn't done
// for a few clients, nor at once: the next may be on their way.
type Release struct {
	Threads bool // each conversation had threads of its own, which end with it

	peak  int         // of conversations, since memory was last given back
	timer *time.Timer // runs from the last one's leaving on
	done  atomic.Bool // memory was given back
}

const (
	many  = 500
	quiet = 200 * time.Millisecond
)

// Joined says that there are n conversations now.
func (r *Release) Joined(n int) {
	r.forget()
	r.peak = max(r.peak, n)
	if n >= many && r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
}

// Left says that n conversations are left; it reports whether memory is going to
// be given back. A few who come meanwhile don't change that.
func (r *Release) Left(n int) bool {
	r.forget()
	if n > 0 || r.peak < many || r.timer != nil {
		return false
	}
	r.timer = time.AfterFunc(quiet, func() {
		if r.Threads {
			awaitThreads()
			startThread()
		}
		runtime.GC() // what a sync.Pool holds survives one collection
		debug.FreeOSMemory()
		r.done.Store(true)
	})
	return true
}

// forget forgets the peak once memory was given back.
func (r *Release) forget() {
	if r.done.Load() {
		r.done.Store(false)
		r.peak, r.timer = 0, nil
	}
}

// awaitThreads waits until no more threads end, for some seconds at most.
func awaitThreads() {
	before, _ := runtime.ThreadCreateProfile(nil)
	for range 50 {
		time.Sleep(quiet / 2)
		n, _ := runtime.ThreadCreateProfile(nil)
		if n >= before {
			return
		}
		before = n
	}
}

// startThread has the runtime start one more thread. The stacks that threads leave behind (16 KB each)
// are only looked after when the next one is started; until then no collection frees them. The
// runtime starts one when all it has are taken: so as many goroutines as it has threads, and one more, each take one
// at the same time.
func startThread() {
	n, _ := runtime.ThreadCreateProfile(nil)
	var all, ended sync.WaitGroup
	all.Add(n + 1)
	for i := range n + 1 {
		ended.Go(func() {
			runtime.LockOSThread()
			all.Done()
			all.Wait()
			if i > 0 {
				runtime.UnlockOSThread()
			} // one stays locked: its thread ends with it, and the number is as before
		})
	}
	ended.Wait()
}
