package building

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/exercise/program"
)

// stopTime is what a server has from SIGTERM to its end.
const stopTime = 5 * time.Second

// process is a started server, and what can be seen of it from outside.
type process struct {
	*program.Process
	addr string
}

// start starts the server on a free port and waits until it listens. The error is one line.
func (s Server) start(ctx context.Context) (*process, error) {
	addr, err := program.FreeAddress()
	if err != nil {
		return nil, err
	}
	args := append(append([]string(nil), s.command[1:]...), portOf(addr))
	return launch(ctx, program.Command{Path: s.command[0], Args: args, Dir: s.dir, Env: []string{"PYTHONDONTWRITEBYTECODE=1"}}, addr)
}

func launch(ctx context.Context, c program.Command, addr string) (*process, error) {
	started, err := program.Start(ctx, c, addr)
	if err != nil {
		return nil, err
	}
	return &process{started, addr}, nil
}

func portOf(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

// gone says whether the server has ended.
func (p *process) gone() bool { return p.End() != nil }

var place = regexp.MustCompile(`\bmain\.(?:go:\d+|py", line \d+)`)

// ended says how the server ended, with the place in the student's file where what it printed has one.
func (p *process) ended() string {
	words := fmt.Sprintf("the server ended: %v", p.End())
	places := place.FindAllString(p.Said(), -1)
	if len(places) == 0 || strings.Contains(words, places[0]) {
		return words
	}
	at := places[0] // Go tells the innermost first, Python last
	if strings.Contains(at, "main.py") {
		at = strings.Replace(places[len(places)-1], `", line `, ":", 1)
	}
	return words + " (" + at + ")"
}

// stop sends SIGTERM and waits. The error says that the server ignored it, or didn't end with status 0.
func (p *process) stop() error {
	if p.gone() {
		return errors.New(p.ended())
	}
	before := p.waitsIn()
	if err := p.Stop(stopTime); err != nil {
		return fmt.Errorf("after SIGTERM the server should end with status 0: %w (before it, its threads waited in %s)", err, before)
	}
	if !strings.HasPrefix(p.End().Error(), "exit status 0") {
		return fmt.Errorf("after SIGTERM the server should end with status 0, but %s", p.ended())
	}
	return nil
}

// allowDescriptors bounds how many descriptors the server may have open. What it has stays.
func (p *process) allowDescriptors(n uint64) error {
	var now unix.Rlimit
	if err := unix.Prlimit(p.PID(), unix.RLIMIT_NOFILE, nil, &now); err != nil {
		return fmt.Errorf("reading how many descriptors the server may have: %w", err)
	}
	n = min(n, now.Max)
	if err := unix.Prlimit(p.PID(), unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: n, Max: now.Max}, nil); err != nil {
		return fmt.Errorf("allowing the server %d descriptors: %w", n, err)
	}
	return nil
}
