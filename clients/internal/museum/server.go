package museum

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/pin"
)

// server is this program, executed again to serve.
type server struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	addr string
}

// serve starts a server on the servers' CPU; it ends with the room.
func (r *room) serve(h how) (*server, error) {
	return r.start(r.Servers[0], append([]string{serverArg}, h.args()...)...)
}

// anyCPU leaves a process on all CPUs that this one may use.
const anyCPU = -1

// start executes this program again on a CPU, and waits until it says where it listens.
func (r *room) start(cpu int, args ...string) (*server, error) {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Stderr = os.Stderr
	// A Ctrl-C on the terminal is for the program that started the server: it ends it in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	if err := on(cpu, cmd.Start); err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	s := &server{cmd: cmd, in: in}
	r.atEnd(s.close)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("start %s: it ended before it listened: %w", args[0], err)
	}
	s.addr = strings.TrimSpace(line)
	return s, nil
}

// on runs f in a thread that is pinned to a CPU, and ends with it: what f starts stays there.
func on(cpu int, f func() error) error {
	if cpu == anyCPU {
		return f()
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := pin.Thread(cpu)
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

// close ends the process, should it be stopped, too.
func (s *server) close() error {
	_ = s.in.Close() // end of file ends it
	_ = s.signal(unix.SIGCONT)
	late := time.AfterFunc(10*time.Second, func() { _ = s.cmd.Process.Kill() })
	defer late.Stop()
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("a server, process %d: %w", s.cmd.Process.Pid, err)
	}
	return nil
}

func (s *server) signal(sig unix.Signal) error {
	if err := s.cmd.Process.Signal(sig); err != nil {
		return fmt.Errorf("send %v to process %d: %w", sig, s.cmd.Process.Pid, err)
	}
	return nil
}

// freeze stops the process for d when after has passed. What it returns waits
// until the process runs again.
func (s *server) freeze(ctx context.Context, after, d time.Duration) (thawed func() error) {
	var err error
	var all sync.WaitGroup
	all.Go(func() {
		pause(ctx, after)
		if err = s.signal(unix.SIGSTOP); err != nil {
			return
		}
		pause(ctx, d)
		err = s.signal(unix.SIGCONT)
	})
	return func() error { all.Wait(); return err }
}

// pause ends early with its context.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// cpu is the CPU time of the process so far, as its clock has it (clock_getcpuclockid(3)).
func (s *server) cpu() (time.Duration, error) {
	const schedClock = 2
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^s.cmd.Process.Pid)<<3|schedClock, &t); err != nil {
		return 0, fmt.Errorf("read the CPU clock of process %d: %w", s.cmd.Process.Pid, err)
	}
	return time.Duration(t.Nano()), nil
}
