package main

import (
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// Two servers that share their CPU with a third program are not compared: the kernel
// gives it to whoever slept more, and a slower server may show 1.5 times the rate.
const (
	spinTime = 25 * time.Millisecond // before each round, on both CPUs
	tooBusy  = 0.03                  // of a CPU, in the mean over the rounds
)

// taken is the share of a CPU that other programs have now: the larger of the two CPUs'.
func (b *bench) taken() (float64, error) {
	var shares [2]float64
	var both errgroup.Group
	for i, cpu := range []int{b.serverCPU, b.clientCPU} {
		both.Go(func() error {
			return on(cpu, func() (err error) {
				shares[i], err = spin(spinTime)
				return err
			})
		})
	}
	err := both.Wait()
	return max(shares[0], shares[1]), err
}

// spin keeps the calling thread busy for d, and returns the share of it for which it had no CPU.
func spin(d time.Duration) (float64, error) {
	var before, after unix.Timespec
	begin := time.Now()
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &before); err != nil {
		return 0, fmt.Errorf("read a thread's CPU clock: %w", err)
	}
	for time.Since(begin) < d {
	}
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &after); err != nil {
		return 0, fmt.Errorf("read a thread's CPU clock: %w", err)
	}
	return max(0, 1-float64(after.Nano()-before.Nano())/float64(time.Since(begin))), nil
}

// remark says so where other programs took CPU from what was measured.
func remark(shares []float64) string {
	if mean := mean(shares); mean > tooBusy {
		return fmt.Sprintf(", on a busy machine: other programs took %.0f %% of a CPU", 100*mean)
	}
	return ""
}

func mean(values []float64) (sum float64) {
	for _, v := range values {
		sum += v / float64(len(values))
	}
	return sum
}
