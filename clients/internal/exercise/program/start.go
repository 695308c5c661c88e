package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Command is what is started.
type Command struct {
	Path string   // the program: a path, or a name that PATH has
	Args []string // its arguments
	Dir  string   // where it runs; "": here
	Env  []string // NAME=VALUE, beside the environment
}

// Process is a program that was started. It may be used from several goroutines.
type Process struct {
	cmd   *exec.Cmd
	said  tail
	ended chan struct{} // closed when it has
}

// ready is how long a program may take until it listens: an interpreter on a busy machine takes seconds.
const ready = 10 * time.Second

// Start starts a program and returns when something listens at the address, 127.0.0.1:PORT. One that ends before, or doesn't
// listen within 10 s, is an error of one line, and nothing of it is left.
func Start(ctx context.Context, c Command, address string) (*Process, error) {
	p := &Process{cmd: exec.Command(c.Path, c.Args...), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = c.Dir, append(os.Environ(), c.Env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	p.cmd.WaitDelay = time.Second
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("the program can't be started: %w", err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait()
	}()
	late := time.After(ready)
	for {
		listens, err := Listening(address)
		if listens {
			return p, nil
		}
		if err == nil {
			select {
			case <-p.ended:
				err = fmt.Errorf("the program ended before it listened at %s: %w", address, p.End())
			case <-late:
				err = fmt.Errorf("the program didn't listen at %s within %v%s", address, ready, p.lastWords())
			case <-ctx.Done():
				err = ctx.Err()
			case <-time.After(5 * time.Millisecond):
				continue
			}
		}
		p.Kill()
		return nil, err
	}
}

// PID is its process, which is a process group of its own, too.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// End says how the program ended; nil: it still runs.
func (p *Process) End() error {
	select {
	case <-p.ended:
	default:
		return nil
	}
	return errors.New(how(p.cmd.ProcessState) + p.lastWords())
}

// how puts the end of a process into words.
func how(s *os.ProcessState) string {
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return "killed by " + unix.SignalName(w.Signal())
	}
	return fmt.Sprintf("exit status %d", s.ExitCode())
}

// Said is the end of what it has printed, at most 4 KiB.
func (p *Process) Said() string { return p.said.String() }

// lastWords are the last line that it printed, for a message. A Go program that panics says why in the first line of that.
func (p *Process) lastWords() string {
	last := ""
	for line := range strings.SplitSeq(p.said.String(), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			last = line
			break
		}
		if line != "" {
			last = line
		}
	}
	if last == "" {
		return "; it printed nothing"
	}
	if len(last) > 200 {
		last = last[:200] + "..."
	}
	return fmt.Sprintf("; it printed %q", last)
}

// ErrIgnores says that a program went on after SIGTERM.
var ErrIgnores = errors.New("it ignores SIGTERM")

// Stop sends SIGTERM and waits until the program has ended. One that still runs after so long is killed, and the error is ErrIgnores.
func (p *Process) Stop(within time.Duration) error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
		p.Kill() // what it started
		return nil
	case <-time.After(within):
		p.Kill()
		return fmt.Errorf("%w: it still ran %v after it", ErrIgnores, within)
	}
}

// Kill ends the program and what it started, at once.
func (p *Process) Kill() {
	_ = syscall.Kill(-p.PID(), syscall.SIGKILL)
	<-p.ended
}
