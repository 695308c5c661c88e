package sandbox

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fake is an engine that keeps what is there, and what it was asked.
type fake struct {
	mu    sync.Mutex
	asked [][]string
	there map[string]bool // containers and images of ours
	files []*tar.Header   // that were copied in
	fails string          // the command that fails
	state string          // what inspect says

	program func(ctx context.Context, in io.Reader, out, errs io.Writer) error // what start does
	killed  chan struct{}
}

func newFake() *fake {
	return &fake{
		there: map[string]bool{}, state: "0 false false 2026-11-22T06:00:00Z", killed: make(chan struct{}),
		program: func(context.Context, io.Reader, io.Writer, io.Writer) error { return nil },
	}
}

func (f *fake) docker(ctx context.Context, in io.Reader, out, errs io.Writer, args ...string) error {
	f.mu.Lock()
	f.asked = append(f.asked, args)
	f.mu.Unlock()
	if args[0] == f.fails {
		fmt.Fprintf(errs, "Unable to find it\nError response from daemon: no %s here\nSee 'docker help'.\nRun 'docker x --help' for more information\n", args[0])
		return errors.New("exit status 1")
	}
	if args[0] == "start" {
		return f.program(ctx, in, out, errs)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	last := args[len(args)-1]
	switch args[0] {
	case "create":
		f.there[args[slices.Index(args, "--name")+1]] = true
	case "commit":
		f.there["image "+last] = true
	case "rm":
		delete(f.there, last)
	case "rmi":
		delete(f.there, "image "+last)
	case "ps":
		for name := range f.there {
			if !strings.HasPrefix(name, "image ") {
				fmt.Fprintln(out, name)
			}
		}
	case "image":
		for name := range f.there {
			if image, ok := strings.CutPrefix(name, "image "); ok {
				fmt.Fprintln(out, image)
			}
		}
	case "inspect":
		fmt.Fprintln(out, f.state)
	case "kill":
		close(f.killed)
	case "cp":
		return f.copyIn(in)
	}
	return nil
}

func (f *fake) copyIn(in io.Reader) error {
	t := tar.NewReader(in)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		f.files = append(f.files, h)
	}
}

// of is what was asked with that command first.
func (f *fake) of(command string) (found [][]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, args := range f.asked {
		if args[0] == command {
			found = append(found, args)
		}
	}
	return found
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func (f *fake) run(t *testing.T, ctx context.Context, l Limits, files ...File) (Output, error) { //nolint:revive // a test's ctx is its subject
	t.Helper()
	out, err := box{f.docker, func() time.Time { return noon }}.run(ctx, l, "image", files, Command{Args: []string{"/box/a", "b"}, Env: []string{"C=d"}, Stdin: []byte("e")})
	f.mu.Lock()
	defer f.mu.Unlock()
	require.Empty(t, f.there, "nothing is left behind")
	return out, err
}

// untilKilled is a program that writes what it is told and then waits for its end.
func (f *fake) untilKilled(text string) {
	f.program = func(ctx context.Context, _ io.Reader, out, _ io.Writer) error {
		_, _ = out.Write(bytes.Repeat([]byte(text), 10))
		select {
		case <-f.killed:
		case <-ctx.Done():
		}
		return errors.New("exit status 137")
	}
}
