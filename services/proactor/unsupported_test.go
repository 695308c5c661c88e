package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/harness"
	"c10klab/services/protocol"
)

// deny names the variable that makes this test binary the service itself, with
// io_uring_setup failing with that errno.
const deny = "PROACTOR_TEST_DENY"

func TestMain(m *testing.M) {
	if e, err := strconv.Atoi(os.Getenv(deny)); err == nil {
		runtime.LockOSThread()
		if err := filter(unix.SYS_IO_URING_SETUP, unix.Errno(e)); err != nil {
			fmt.Fprintln(os.Stderr, "seccomp:", err)
			os.Exit(1)
		}
		main()
	}
	os.Exit(m.Run())
}

// filter makes one system call fail for this thread, as a container's seccomp profile does.
func filter(call uint32, e unix.Errno) error {
	program := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(e)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	f := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&f)), 0, 0)
}

func TestWhereIOUringIsForbidden(t *testing.T) {
	release := readTrimmed("/proc/sys/kernel/osrelease")
	for e, want := range map[unix.Errno]string{
		unix.EPERM:  "io_uring blocked by the container's seccomp profile (services/proactor/seccomp.json allows it): operation not permitted",
		unix.EACCES: "io_uring blocked by a security policy of this machine: permission denied",
		unix.ENOSYS: "io_uring blocked by a seccomp profile, or this kernel (" + release + ") has none: function not implemented",
		unix.EINVAL: "io_uring needs Linux 6.0 or later, and this is " + release + ": invalid argument",
	} {
		if d := readTrimmed("/proc/sys/kernel/io_uring_disabled"); e == unix.EPERM && d != "0" && d != "" {
			want = "io_uring blocked by the sysctl kernel.io_uring_disabled=" + d + ": operation not permitted"
		}
		t.Run(e.Error(), func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-apps", "echo", "-host", "127.0.0.1", "-ports", "echo=0")
			cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", deny, e))
			var log bytes.Buffer
			cmd.Stderr = &log
			err := cmd.Run()
			var exit *exec.ExitError
			require.True(t, errors.As(err, &exit), "%v", err)
			assert.Equal(t, protocol.ExitUnsupported, exit.ExitCode(), "%s", &log)
			lines := strings.Split(strings.TrimSpace(log.String()), "\n")
			assert.Equal(t, "proactor: unsupported here: "+want, lines[len(lines)-1])
			assert.Len(t, lines, 2, "that it listens, and this")
		})
	}
}

func TestWhatIsSaidOfARefusal(t *testing.T) {
	const filtered, free = "Name:\tproactor\nSeccomp:\t2\nSeccomp_filters:\t1\n", "Name:\tproactor\nSeccomp:\t0\nSeccomp_filters:\t0\n"
	for _, c := range []struct {
		err              error
		disabled, status string
		want             string
	}{
		{unix.EPERM, "2", filtered, "io_uring blocked by the sysctl kernel.io_uring_disabled=2"},
		{unix.EPERM, "1", free, "io_uring blocked by the sysctl kernel.io_uring_disabled=1"},
		{unix.EPERM, "0", filtered, "io_uring blocked by the container's seccomp profile (services/proactor/seccomp.json allows it)"},
		{unix.EPERM, "", free, "io_uring blocked by a security policy of this machine"},
		{unix.ENOSYS, "", free, "this kernel (5.0.1) has no io_uring"},
		{fmt.Errorf("a receive: %w", unix.EINVAL), "0", free, "io_uring needs Linux 6.0 or later, and this is 5.0.1"},
	} {
		err := explain(c.err, c.disabled, c.status, "5.0.1")
		var no *harness.Unsupported
		require.True(t, errors.As(err, &no), "%v", err)
		assert.Equal(t, c.want, no.Mechanism)
		assert.ErrorIs(t, err, c.err)
		assert.NotContains(t, err.Error(), "\n")
	}
	var no *harness.Unsupported
	assert.False(t, errors.As(explain(unix.EMFILE, "0", free, "6.1"), &no), "no descriptor left: that is no matter of support")
}
