// Package sandbox runs a program that nobody trusts in a container that can do no harm: without network, mounts of the host and
// capabilities, with a read-only root and one bounded folder in memory, under limits, for a bounded time, with bounded output.
// It asks the docker command, and leaves nothing behind.
package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// Inside is the folder of the container in which the files are; nothing in it can be changed.
	Inside = "/box"
	// Scratch is the one folder that can be written to. It is the working folder, HOME and TMPDIR.
	Scratch = "/tmp"
)

// Command is what is run: as user nobody, as the container's first process.
type Command struct {
	Args  []string // the program, by its path in the container, and its arguments
	Env   []string // NAME=VALUE, beside the image's own
	Stdin []byte   // may be nil
}

// Output is what came of it.
type Output struct {
	Stdout, Stderr []byte // as far as Limits.Output goes, together
	Status         int    // its exit status; 137: it was killed
	End            End    // why it ended
	Took           time.Duration
}

// End says why a program ended.
type End string

// The ends.
const (
	Exited   End = "exited"
	TimeUp   End = "killed: it took longer than it may"
	Flooded  End = "killed: it wrote more than it may"
	NoMemory End = "killed: it took more memory than it may"
)

// Run runs a command in a container of that image, which must be present: no registry is asked. What the program does or suffers is
// Output's matter; the error says that it could not be run (no Docker, no such image or command, ctx ended), in one line.
func Run(ctx context.Context, l Limits, image string, files []File, c Command) (Output, error) {
	return box{docker, time.Now}.run(ctx, l, image, files, c)
}

// box is Run with what it needs of the outside.
type box struct {
	docker engine
	now    func() time.Time
}

func (b box) run(ctx context.Context, l Limits, image string, files []File, c Command) (out Output, err error) {
	l = l.filled()
	if len(c.Args) == 0 || !strings.HasPrefix(c.Args[0], "/") {
		return out, errors.New("a container's command begins with a path such as /box/program")
	}
	if err := checked(files); err != nil {
		return out, err
	}
	b.sweep(ctx)
	name := newName(b.now().Add(l.Time + grace))
	defer b.remove(ctx, name)
	if len(files) > 0 {
		if image, err = b.layer(ctx, name, image, files); err != nil {
			return out, err
		}
	}
	if _, err := b.ask(ctx, nil, create(name, l, image, c)...); err != nil {
		return out, err
	}
	return b.watch(ctx, name, l, c)
}

// watch starts the container and waits for its end, or brings it about.
func (b box) watch(ctx context.Context, name string, l Limits, c Command) (out Output, err error) {
	record := newRecord(l.Output)
	args := []string{"start", "--attach"}
	if c.Stdin != nil {
		args = append(args, "--interactive")
	}
	began := b.now()
	ended := make(chan error, 1)
	attached, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	go func() {
		ended <- b.docker(attached, bytes.NewReader(c.Stdin), &record.out, &record.errs, append(args, name)...)
	}()
	late := time.NewTimer(l.Time)
	defer late.Stop()
	out.End = Exited
	select {
	case err = <-ended:
	case <-late.C:
		out.End = TimeUp
	case <-record.full:
		out.End = Flooded
	case <-ctx.Done():
		return out, ctx.Err()
	}
	if out.End != Exited {
		b.kill(ctx, name)
		leave()
		<-ended
	}
	out.Took = b.now().Sub(began)
	if record.into(&out); record.overran() && out.End == Exited {
		out.End = Flooded // and it ended by itself before anybody looked
	}
	return out, b.state(ctx, name, &out, err)
}

// state asks how the container ended. One that never began is an error, which is what the docker command said.
func (b box) state(ctx context.Context, name string, out *Output, said error) error {
	answer, err := b.ask(ctx, nil, "inspect", "--type", "container", "--format", "{{.State.ExitCode}} {{.State.Running}} {{.State.OOMKilled}} {{.State.StartedAt}}", name)
	if err != nil {
		return err
	}
	var running, memory bool
	var began string
	if _, err := fmt.Sscan(answer, &out.Status, &running, &memory, &began); err != nil {
		return fmt.Errorf("docker inspect said %q: %w", answer, err)
	}
	if strings.HasPrefix(began, "0001-") {
		return fmt.Errorf("the container could not be started: %s", oneLine(string(out.Stderr), said))
	}
	if running {
		return fmt.Errorf("docker start left the container: %s", oneLine("", said))
	}
	if out.End == Exited && memory && out.Status == killed {
		out.End = NoMemory
	}
	return nil
}

// killed is the exit status of what SIGKILL ended.
const killed = 137
