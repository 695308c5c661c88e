package trace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// service is the traced program: what it writes to its log, and the port that it says there.
type service struct {
	pid    int
	stderr int // the reading end of a pipe
	text   []byte
}

// start starts a program that is traced by the calling thread from its first instruction on.
func start(program string, args []string) (*service, error) {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	s := &service{stderr: ends[0]}
	out := os.NewFile(uintptr(ends[1]), "log")
	defer out.Close()
	err := unix.SetNonblock(s.stderr, true)
	if err == nil {
		cmd := exec.Command(program, args...)
		cmd.Stderr = out
		// A process group of its own: Ctrl-C is for the lab, which then ends it.
		cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
		if err = cmd.Start(); err == nil {
			s.pid = cmd.Process.Pid
			_ = cmd.Process.Release() // the tracer waits for it
			err = s.begin()
		}
	}
	if errors.Is(err, fs.ErrPermission) && !errors.Is(err, unix.EACCES) {
		err = errNotAllowed
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// begin waits for the stop after execve, says what else shall be traced, and lets it go on.
func (s *service) begin() error {
	var ws unix.WaitStatus
	if _, err := unix.Wait4(s.pid, &ws, unix.WALL, nil); err != nil {
		return fmt.Errorf("wait4: %w", err)
	}
	if err := unix.PtraceSetOptions(s.pid, options); err != nil {
		return fmt.Errorf("ptrace options: %w", err)
	}
	if _, err := askStop(s.pid); err != nil {
		return fmt.Errorf("PTRACE_GET_SYSCALL_INFO, which Linux has from 5.3 on: %w", err)
	}
	return unix.PtraceSyscall(s.pid, 0)
}

// read takes in what was logged meanwhile.
func (s *service) read() {
	buf := make([]byte, 4096)
	for {
		n, err := unix.Read(s.stderr, buf)
		if n <= 0 || err != nil {
			return
		}
		s.text = append(s.text, buf[:n]...)
	}
}

// last is the last line of the log.
func (s *service) last() string {
	s.read()
	lines := bytes.Split(bytes.TrimSpace(s.text), []byte("\n"))
	return string(lines[len(lines)-1])
}

var listening = regexp.MustCompile(`listening on .*echo (\d+)`)

// port is what the service says that it listens on; 0 before that.
func (s *service) port() uint16 {
	s.read()
	if m := listening.FindSubmatch(s.text); m != nil {
		n, _ := strconv.ParseUint(string(m[1]), 10, 16)
		return uint16(n)
	}
	return 0
}

func (s *service) close() { _ = unix.Close(s.stderr) }

// up handles the service's stops until it says where it listens, and is at rest.
func (t *tracer) up(ctx context.Context, s *service, rest func() error) error {
	for s.port() == 0 {
		if _, err := t.drain(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	t.names.port = s.port()
	for _, th := range t.threads { // who waits already waits in a call that had no name to tell
		if th.inside {
			t.whose(th)
		}
	}
	return rest()
}

// kill ends all that is traced, and waits for it.
func (t *tracer) kill() {
	for len(t.threads) > 0 {
		for _, th := range t.threads {
			_ = unix.Kill(th.pid, unix.SIGKILL)
		}
		var ws unix.WaitStatus
		tid, err := unix.Wait4(-1, &ws, unix.WALL|unix.WNOTHREAD, nil)
		switch {
		case err == unix.ECHILD:
			return
		case err == nil && (ws.Exited() || ws.Signaled()):
			delete(t.threads, tid)
		case err == nil:
			_ = unix.PtraceSyscall(tid, 0)
		}
	}
}
