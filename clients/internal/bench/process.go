package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// bench is what all experiments share: two CPUs, and binaries built once.
type bench struct {
	ctx                  context.Context
	root                 string // of the checkout
	dir                  string // for binaries; removed at the end
	serverCPU, clientCPU int
	built                map[string]error
	began                time.Time
	place                string // in the list of figures, for the progress line
}

func newBench(ctx context.Context) (*bench, error) {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return nil, fmt.Errorf("find the checkout (go list -m): %w", err)
	}
	b := &bench{ctx: ctx, root: strings.TrimSpace(string(root)), built: map[string]error{}, began: time.Now()}
	if b.serverCPU, b.clientCPU, err = twoCPUs(); err != nil {
		return nil, err
	}
	if b.dir, err = os.MkdirTemp("", "c10klab-bench-"); err != nil {
		return nil, fmt.Errorf("make a folder for the binaries: %w", err)
	}
	return b, nil
}

func (b *bench) close() { _ = os.RemoveAll(b.dir) }

// twoCPUs chooses the first and the last CPU that this process may use: the
// furthest apart in number, so that they are seldom threads of one core.
func twoCPUs() (server, client int, err error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return 0, 0, fmt.Errorf("read this process's CPUs: %w", err)
	}
	if set.Count() < 2 {
		return 0, 0, errors.New("a bench needs two CPUs, one for the server and one for the client; this process may use one")
	}
	server = -1
	for cpu := range 1024 {
		if set.IsSet(cpu) {
			if server < 0 {
				server = cpu
			}
			client = cpu
		}
	}
	return server, client, nil
}

// on runs f with the calling thread pinned to a CPU: a process that f starts stays there.
func on(cpu int, f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("read the CPUs of a thread: %w", err)
	}
	set.Set(cpu)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("pin to CPU %d: %w", cpu, err)
	}
	defer func() { _ = unix.SchedSetaffinity(0, &before) }()
	return f()
}

// server is a running server, pinned to the server's CPU.
type server struct {
	cmd  *exec.Cmd
	log  *bufio.Reader
	addr string
	last atomic.Value // its last log line, a string
}

var listening = regexp.MustCompile(`listening on 127\.0\.0\.1: \w+ (\d+)`)

// start runs a server and waits for the log line that says where it listens.
func (b *bench) start(path string, args ...string) (*server, error) {
	cmd := exec.CommandContext(b.ctx, path, args...)
	// A group of its own, so that the children of a model with processes end with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(path), err)
	}
	if err := on(b.serverCPU, cmd.Start); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(path), err)
	}
	s := &server{cmd: cmd, log: bufio.NewReader(pipe)}
	line, err := s.log.ReadString('\n')
	port := listening.FindStringSubmatch(line)
	if err != nil || port == nil {
		s.stop()
		return nil, fmt.Errorf("start %s: it does not say where it listens: %q", filepath.Base(path), strings.TrimSpace(line))
	}
	go s.listen()
	s.addr = "127.0.0.1:" + port[1]
	return s, nil
}

// listen reads what else the server says: it must not fill the pipe, and may explain a failure.
func (s *server) listen() {
	for {
		line, err := s.log.ReadString('\n')
		if line != "" {
			s.last.Store(strings.TrimSpace(line))
		}
		if err != nil {
			return
		}
	}
}

// explain adds what the server said last, if it said anything, to an error of its client.
func (s *server) explain(err error) error {
	if said, _ := s.last.Load().(string); said != "" {
		return fmt.Errorf("%w; its last words: %s", err, said)
	}
	return err
}

func (s *server) stop() {
	_ = s.cmd.Cancel()
	_ = s.cmd.Wait()
}

// cpu is the CPU time of all the server's threads so far: clock_gettime(2) on the
// clock whose id is made of the process id (pthread_getcpuclockid's way). Threads that
// the kernel makes for the process, such as io_uring's workers, are in it; children aren't.
func (s *server) cpu() (time.Duration, error) {
	const sched = 2 // CPUCLOCK_SCHED: exact, not sampled by ticks
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^s.cmd.Process.Pid<<3|sched), &ts); err != nil {
		return 0, fmt.Errorf("read the CPU clock of process %d: %w", s.cmd.Process.Pid, err)
	}
	return time.Duration(ts.Nano()), nil
}

// progress shows a passing line on a terminal.
func (b *bench) progress(format string, args ...any) {
	if term.IsTerminal(int(os.Stderr.Fd())) {
		fmt.Fprintf(os.Stderr, "\r\x1b[K"+format, args...)
	}
}
