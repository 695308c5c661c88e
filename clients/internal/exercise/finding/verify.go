package finding

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"c10klab/clients/internal/conformance"
	"c10klab/clients/internal/exercise/program"
	"c10klab/services/meter/proc"
	"c10klab/services/meter/waits"
	"c10klab/services/protocol"
)

// Failed is a case that failed.
type Failed struct {
	conformance.Result
	Ended error // how the program ended meanwhile; nil: it did not
}

// Build compiles the program in a folder, without the network, and returns where it lies until done is called. What the compiler
// refuses is a *program.BuildError, with its words and the line.
func Build(ctx context.Context, dir string) (binary string, done func(), err error) {
	done = func() {}
	to, err := os.MkdirTemp("", "c10klab-finding-")
	if err != nil {
		return "", done, fmt.Errorf("no room to build in: %w", err)
	}
	done = func() { _ = os.RemoveAll(to) }
	binary = filepath.Join(to, "echo")
	return binary, done, program.Build(ctx, dir, binary)
}

// asked are the cases that are put to a server: those of echo that need no meter.
func asked() []conformance.Case {
	return slices.DeleteFunc(conformance.Cases(), func(c conformance.Case) bool {
		return c.App != protocol.Echo || c.Meter || c.All
	})
}

// Verify starts a server, puts each case to a process of its own, and returns those that failed. A program that never listens
// fails them all: that is an error of one line.
func Verify(ctx context.Context, binary string) ([]Failed, error) {
	return verify(ctx, binary, asked(), 0)
}

// verify waits for patience for one answer; 0 is the suite's own.
func verify(ctx context.Context, binary string, cases []conformance.Case, patience time.Duration) ([]Failed, error) {
	var failed []Failed
	for _, c := range cases {
		f, err := put(ctx, binary, c, patience)
		if err != nil {
			return nil, err
		}
		if f != nil {
			failed = append(failed, *f)
		}
	}
	return failed, nil
}

// put puts one case to a fresh process: what one case has left behind is no other's fault.
func put(ctx context.Context, binary string, c conformance.Case, patience time.Duration) (*Failed, error) {
	address, err := program.FreeAddress()
	if err != nil {
		return nil, err
	}
	p, err := program.Start(ctx, program.Command{Path: binary, Args: []string{"-listen", address}}, address)
	if err != nil {
		return nil, err
	}
	defer p.Kill()
	target := conformance.Target{Addrs: map[protocol.App]string{protocol.Echo: address}, Patience: patience, Waiter: threads{p.PID()}}
	results := conformance.Run(ctx, target, []conformance.Case{c}, nil)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if len(conformance.Failed(results)) == 0 {
		return nil, nil
	}
	f := &Failed{Result: results[0], Ended: p.End()}
	if f.Ended != nil {
		f.Reason += "; the program has ended: " + f.Ended.Error()
	}
	return f, nil
}

// threads tells what the threads of a process wait in, as the meter does for services.
type threads struct{ pid int }

// Waits implements conformance.Waiter.
func (t threads) Waits(context.Context) (protocol.Waits, error) {
	const fs = proc.FS("/proc")
	p, err := fs.Process(t.pid)
	if errors.Is(err, os.ErrNotExist) {
		return protocol.Waits{}, errors.New("the program has ended")
	}
	if err != nil {
		return protocol.Waits{}, err
	}
	return waits.Count(fs, []proc.Process{p})
}
