package local

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// stopTime is how long the meters may take to end: their services' grace, and a second.
const stopTime = protocol.Grace + time.Second

// Fleet are services that run as processes of this machine.
type Fleet struct {
	members []*member
	work    chan func()
	closed  sync.Once
}

type member struct {
	target target.Target
	cmd    *exec.Cmd
	log    lastLines
	ended  chan struct{}
	status error
}

// Start starts each service under its meter. dir holds the binaries: meter, and
// each service's program. If one can't be started, none is left running. Close ends
// all of them.
func Start(dir string, services []target.Service, network Network) (*Fleet, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	meter := filepath.Join(dir, "meter")
	if err := executable(meter); err != nil {
		return nil, fmt.Errorf("folder of binaries: %w", err)
	}
	places, err := choose(len(services), network)
	if err != nil {
		return nil, err
	}
	f := &Fleet{work: make(chan func())}
	go starter(f.work)
	for i, s := range services {
		m, err := f.start(meter, filepath.Join(dir, s.Program), s, places[i])
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", s.Name, err), f.Close())
		}
		f.members = append(f.members, m)
	}
	return f, nil
}

func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir() || info.Mode()&0o111 == 0:
		return fmt.Errorf("%s can't be executed", path)
	}
	return nil
}

// starter starts all the meters from one thread that lives until Close: the
// kernel sends PR_SET_PDEATHSIG when the thread that started a child ends.
func starter(work <-chan func()) {
	runtime.LockOSThread()
	for do := range work {
		do()
	}
}

func (f *Fleet) start(meter, program string, s target.Service, p place) (*member, error) {
	if err := executable(program); err != nil {
		return nil, err
	}
	m := &member{ended: make(chan struct{})}
	m.target = target.Target{Service: s, Control: "http://" + p.control, Host: p.host, Ports: p.ports}
	m.cmd = exec.Command(meter, commandLine(program, s, p)...)
	m.cmd.Stdout, m.cmd.Stderr = &m.log, &m.log
	// A process group of its own: Ctrl-C is for the lab, which then ends them in order.
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
	started := make(chan error)
	f.work <- func() { started <- m.cmd.Start() }
	if err := <-started; err != nil {
		return nil, err
	}
	go func() {
		m.status = m.cmd.Wait()
		close(m.ended)
	}()
	return m, nil
}

// commandLine is the meter's: its own flags, the program, and what compose.yaml
// gives the program. The meter keeps that for every restart.
func commandLine(program string, s target.Service, p place) []string {
	args := append([]string{"-listen", p.control, "-host", p.host}, portFlag(p.ports)...)
	args = append(args, limitFlags(s)...)
	args = append(args, program, "-host", p.host)
	return append(append(args, portFlag(p.ports)...), s.Args...)
}

func portFlag(ports protocol.Ports) []string {
	if ports == nil {
		return nil
	}
	var list []string
	for _, app := range protocol.Apps() {
		list = append(list, fmt.Sprintf("%s=%d", app, ports[app.String()]))
	}
	return []string{"-ports", strings.Join(list, ",")}
}

// limitFlags passes the limits of compose.yaml on to the meter.
func limitFlags(s target.Service) []string {
	args := []string{"-cgroup", fmt.Sprintf("c10klab-%d-%s", os.Getpid(), s.Name)}
	if s.Limits.CPUs != "" {
		args = append(args, "-cpus", s.Limits.CPUs)
	}
	for _, l := range []struct {
		flag  string
		value int64
	}{{"-nofile", int64(s.Limits.NoFile)}, {"-memory", s.Limits.Memory}, {"-pids", s.Limits.PIDs}} {
		if l.value > 0 {
			args = append(args, l.flag, strconv.FormatInt(l.value, 10))
		}
	}
	return args
}

// Targets returns where the services are reached.
func (f *Fleet) Targets() []target.Target {
	out := make([]target.Target, len(f.members))
	for i, m := range f.members {
		out[i] = m.target
	}
	return out
}

// Problem says why a service can't answer any more: its meter has ended. It
// returns nil while that runs.
func (f *Fleet) Problem(name string) error {
	for _, m := range f.members {
		if m.target.Name != name {
			continue
		}
		select {
		case <-m.ended:
			return fmt.Errorf("its meter has ended (%v): %s", m.cmd.ProcessState, m.log.last())
		default:
		}
	}
	return nil
}

// Close ends all services, in order and then by force.
func (f *Fleet) Close() error {
	var wg sync.WaitGroup
	for _, m := range f.members {
		wg.Go(func() {
			_ = m.cmd.Process.Signal(syscall.SIGTERM)
			select {
			case <-m.ended:
			case <-time.After(stopTime):
				_ = syscall.Kill(-m.cmd.Process.Pid, syscall.SIGKILL)
				<-m.ended
			}
		})
	}
	wg.Wait()
	f.closed.Do(func() { close(f.work) })
	return nil
}

// lastLines keeps the end of what a process wrote.
type lastLines struct {
	mu  sync.Mutex
	buf []byte
}

const keep = 4 << 10

func (l *lastLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf = append(l.buf, p...)
	if over := len(l.buf) - keep; over > 0 {
		l.buf = append(l.buf[:0], l.buf[over:]...)
	}
	return len(p), nil
}

func (l *lastLines) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := bytes.Split(bytes.TrimSpace(l.buf), []byte("\n"))
	return string(lines[len(lines)-1])
}
