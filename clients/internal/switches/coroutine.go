package switches

import (
	"iter"
	"runtime"
)

// The thread is locked in what follows, as those of the services' loops are.

func function(m meter) (Cost, error) {
	runtime.LockOSThread()
	x := 0
	return m.time(func(n int) error {
		for range n {
			x = call(x)
		}
		return nil
	})
}

//go:noinline
func call(x int) int { return x + 1 }

func generator(m meter) (Cost, error) {
	runtime.LockOSThread()
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		for yield(struct{}{}) {
		}
	})
	defer stop()
	return m.time(func(n int) error {
		for range n {
			next()
		}
		return nil
	})
}

// goroutines locks no thread: a locked one would have to hand its processor to the other's at each turn.
func goroutines(m meter) (Cost, error) {
	there, back := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(back)
		for range there {
			back <- struct{}{}
		}
	}()
	defer func() { close(there); <-back }()
	return m.time(func(n int) error {
		for range n {
			there <- struct{}{}
			<-back
		}
		return nil
	})
}
