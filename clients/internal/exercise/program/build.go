package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// buildTime is how long a compiler may take.
const buildTime = 2 * time.Minute

// Refusal is one thing that the compiler says.
type Refusal struct {
	File string // relative to the module; "" where it names none
	Line int    // from 1; 0 where it names none
	Text string
}

func (r Refusal) String() string {
	if r.File == "" {
		return r.Text
	}
	return fmt.Sprintf("%s, line %d: %s", r.File, r.Line, r.Text)
}

// BuildError is a program that doesn't compile.
type BuildError struct{ Refusals []Refusal }

// Error is one line: the first refusal, and how many there are beside it.
func (e *BuildError) Error() string {
	more := ""
	if n := len(e.Refusals) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more)", n)
	}
	return fmt.Sprintf("it doesn't compile: %s%s", e.Refusals[0], more)
}

// Build compiles the main package in the folder of a Go module into the file out. It uses the standard library alone, the
// compiler that is there, and no network. What the compiler refuses is a *BuildError.
func Build(ctx context.Context, dir, out string) error {
	compiler, err := exec.LookPath("go")
	if err != nil {
		return errors.New("no Go compiler is here: install Go, or do the exercise in the lab's container (docker compose run --rm lab exercise ...)")
	}
	ctx, cancel := context.WithTimeout(ctx, buildTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, compiler, "build", "-trimpath", "-o", out, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOTOOLCHAIN=local", "GOWORK=off", "CGO_ENABLED=0")
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err = cmd.Run()
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("the compiler took longer than %v", buildTime)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	if refusals := parse(said.String()); len(refusals) > 0 {
		return &BuildError{refusals}
	}
	return fmt.Errorf("building in %s: %w", dir, err)
}

var place = regexp.MustCompile(`^(?:\./)?([^\s:]+):(\d+):(?:\d+:)? (.*)$`)

// parse reads what the compiler printed: a line for each refusal, with its place.
func parse(said string) []Refusal {
	var refusals []Refusal
	for line := range strings.SplitSeq(said, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "# ") || line == "too many errors" {
			continue
		}
		r := Refusal{Text: line}
		if m := place.FindStringSubmatch(line); m != nil {
			r.File, r.Text = m[1], m[3]
			_, _ = fmt.Sscan(m[2], &r.Line)
		}
		refusals = append(refusals, r)
	}
	return refusals
}
