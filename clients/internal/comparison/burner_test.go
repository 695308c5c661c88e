package comparison

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/pin"
)

// asBurner has the test binary burn the CPU of that number, or any if it is negative, until its standard input ends.
const asBurner = "C10KLAB_TEST_BURN"

func init() {
	cpu, err := strconv.Atoi(os.Getenv(asBurner))
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	runtime.LockOSThread()
	if cpu >= 0 {
		if err := pin.Thread(cpu); err != nil {
			panic(err)
		}
	}
	_, _ = os.Stdout.WriteString("burning\n")
	for {
		_ = strconv.Itoa(cpu)
	}
}

// burn has n processes burn a CPU until the test ends.
func burn(t *testing.T, n, cpu int) {
	for range n {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), asBurner+"="+strconv.Itoa(cpu))
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
		_, err = bufio.NewReader(out).ReadString('\n')
		require.NoError(t, err)
	}
}
