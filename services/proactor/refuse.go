package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"c10klab/services/internal/harness"
)

// refused makes of an error from setting up the ring what a person can act on:
// who forbids io_uring here, or which kernel it takes. An error that says nothing of the kind stays as it is.
func refused(err error) error {
	return explain(err, readTrimmed("/proc/sys/kernel/io_uring_disabled"), readTrimmed("/proc/thread-self/status"), readTrimmed("/proc/sys/kernel/osrelease"))
}

// readTrimmed reads a file of one line, or of the machine's own making; one that isn't there is empty.
func readTrimmed(path string) string {
	b, _ := os.ReadFile(path)
	return strings.TrimSpace(string(b))
}

func explain(err error, disabled, status, release string) error {
	filtered := strings.Contains(status, "\nSeccomp:\t2")
	what := ""
	switch {
	case errors.Is(err, unix.EPERM) && (disabled == "1" || disabled == "2"):
		what = "io_uring blocked by the sysctl kernel.io_uring_disabled=" + disabled
	case errors.Is(err, unix.EPERM) && filtered:
		what = "io_uring blocked by the container's seccomp profile (services/proactor/seccomp.json allows it)"
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		what = "io_uring blocked by a security policy of this machine"
	case errors.Is(err, unix.ENOSYS) && filtered:
		what = "io_uring blocked by a seccomp profile, or this kernel (" + release + ") has none"
	case errors.Is(err, unix.ENOSYS):
		what = "this kernel (" + release + ") has no io_uring"
	case errors.Is(err, unix.EINVAL):
		what = "io_uring needs Linux 6.0 or later, and this is " + release
	case errors.Is(err, unix.ENOMEM):
		what = "io_uring has no memory for its rings (" + lockable() + ")"
	default:
		return fmt.Errorf("set up io_uring: %w", err)
	}
	return &harness.Unsupported{Mechanism: what, Err: err}
}

// lockable says how much memory may be pinned, which bounds the rings of kernels before 5.12.
func lockable() string {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &limit); err != nil {
		return "RLIMIT_MEMLOCK is unknown"
	}
	return fmt.Sprintf("RLIMIT_MEMLOCK is %d KiB", limit.Cur>>10)
}
