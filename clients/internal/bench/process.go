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
}

func newBench(ctx context.Context) (*bench, error) {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return nil, fmt.Errorf("find the checkout (go list -m): %w", err)
	}
	b := &bench{ctx: ctx, root: strings.TrimSpace(string(root)), built: map[string]error{}}
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

// service builds services/NAME and returns the binary's path.
func (b *bench) service(name string) (string, error) {
	path := filepath.Join(b.dir, "service-"+name)
	return path, b.once(path, "go", "build", "-o", path, "./services/"+name)
}

// yardstick builds tests/yardstick/NAME.c and returns the binary's path.
func (b *bench) yardstick(name string) (string, error) {
	cc, err := compiler()
	if err != nil {
		return "", err
	}
	path := filepath.Join(b.dir, "yardstick-"+name)
	return path, b.once(path, cc, "-std=c11", "-O2", "-o", path, "tests/yardstick/"+name+".c")
}

// compiler is $CC, or else the first C compiler that is found.
func compiler() (string, error) {
	candidates := []string{"cc", "gcc", "clang"}
	if cc := os.Getenv("CC"); cc != "" {
		candidates = []string{cc}
	}
	for _, cc := range candidates {
		if _, err := exec.LookPath(cc); err == nil {
			return cc, nil
		}
	}
	return "", fmt.Errorf("the yardsticks need a C compiler, and there is no %s here (Debian: apt-get install gcc libc6-dev)", strings.Join(candidates, ", "))
}

// once runs a build, unless that binary was built (or failed to) before.
func (b *bench) once(path, command string, args ...string) error {
	err, done := b.built[path]
	if !done {
		cmd := exec.CommandContext(b.ctx, command, args...)
		cmd.Dir = b.root
		var out []byte
		if out, err = cmd.CombinedOutput(); err != nil {
			err = fmt.Errorf("%s %s: %w: %s", command, strings.Join(args, " "), err, strings.ReplaceAll(strings.TrimSpace(string(out)), "\n", "; "))
		}
		b.built[path] = err
	}
	return err
}

// server is a running server, pinned to the server's CPU.
type server struct {
	cmd  *exec.Cmd
	log  *bufio.Reader
	addr string
}

var listening = regexp.MustCompile(`listening on 127\.0\.0\.1: \w+ (\d+)`)

// start runs a server and waits for the log line that says where it listens.
func (b *bench) start(path string, args ...string) (*server, error) {
	cmd := exec.CommandContext(b.ctx, path, args...)
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
	go func() { // what else it says must not fill the pipe
		for {
			if _, err := s.log.ReadString('\n'); err != nil {
				return
			}
		}
	}()
	s.addr = "127.0.0.1:" + port[1]
	return s, nil
}

func (b *bench) startService(name, app string) (*server, error) {
	path, err := b.service(name)
	if err != nil {
		return nil, err
	}
	return b.start(path, "-apps", app, "-host", "127.0.0.1", "-ports", app+"=0")
}

func (b *bench) startYardstick(name string) (*server, error) {
	path, err := b.yardstick(name)
	if err != nil {
		return nil, err
	}
	return b.start(path, "0")
}

func (s *server) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// cpu is the CPU time of all the server's threads so far: clock_gettime(2) on the
// clock whose id is made of the process id (pthread_getcpuclockid's way).
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
