package demo

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	fellows = 3
	turns   = 5
)

func turn(who, n int) string { return fmt.Sprintf("%c%d", 'A'+who, n+1) }

// parking: each waits for its turn on a channel, and then hands it on.
func parking(say func(string)) {
	var seats [fellows]chan struct{}
	for i := range seats {
		seats[i] = make(chan struct{}, 1)
	}
	var all sync.WaitGroup
	for i := range fellows {
		all.Go(func() {
			for n := range turns {
				<-seats[i]
				say(turn(i, n))
				seats[(i+1)%fellows] <- struct{}{}
			}
		})
	}
	seats[0] <- struct{}{}
	all.Wait()
}

// tries bounds how often blocking is shown anew.
const tries = 50

// blocking: each starts the next one, which could run from then on, and has its turns with a
// sleep after each that keeps the processor.
//
// The runtime does take a processor away after 10 ms; the five turns are over long
// before, but on a machine that stalls. Then the turns were mixed by that and not by the
// sleeps, and all is shown once more.
func blocking(say func(string)) {
	var said []string
	for range tries {
		if said = block(); slices.IsSorted(said) {
			break
		}
	}
	for _, s := range said {
		say(s)
	}
}

func block() (said []string) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var (
		all sync.WaitGroup
		mu  sync.Mutex // for the case that they are mixed after all
	)
	var fellow func(i int)
	fellow = func(i int) {
		if i+1 < fellows {
			all.Go(func() { fellow(i + 1) })
		}
		for n := range turns {
			mu.Lock()
			said = append(said, turn(i, n))
			mu.Unlock()
			sleepBlocking()
		}
	}
	all.Go(func() { fellow(0) })
	all.Wait()
	return said
}

// sleepBlocking sleeps for 100 us in the kernel without telling the runtime.
func sleepBlocking() {
	t := unix.NsecToTimespec(100_000)
	_, _, _ = unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&t)), 0, 0)
}
