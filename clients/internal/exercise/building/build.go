package building

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"c10klab/clients/internal/exercise/program"
)

// mostBuild is how long a compiler of C, or Python's, may take.
const mostBuild = time.Minute

// Server is a built server.
type Server struct {
	command []string // to which a port is added
	dir     string   // a temporary one, of this process
}

// Close takes the built server away.
func (s Server) Close() error { return os.RemoveAll(s.dir) }

// CompileError is a file that doesn't compile, or may not be used as it is.
type CompileError struct {
	File  string
	Words string // the compiler's, each with its line: eight lines at most
}

// Error is the first of the compiler's lines.
func (e *CompileError) Error() string {
	first, rest, more := strings.Cut(e.Words, "\n")
	if more {
		first += fmt.Sprintf(" (and %d lines more)", strings.Count(rest, "\n")+1)
	}
	return fmt.Sprintf("%s doesn't compile: %s", e.File, first)
}

// Build compiles what the student wrote with a fresh copy of all that is finished. It needs no network. The error is a *CompileError where
// the student's file is at fault. Close the server at the end.
func (f Folder) Build(ctx context.Context) (s Server, err error) {
	written, err := os.ReadFile(f.File())
	if err != nil {
		return s, err
	}
	if words := f.Lang.forbidden(written); words != "" {
		return s, &CompileError{f.Lang.main(), words}
	}
	laid, err := skeleton(f.Exercise, f.Spec, f.Lang)
	if err != nil {
		return s, err
	}
	laid[f.Lang.main()] = written
	if s.dir, err = os.MkdirTemp("", "c10klab-building-"); err != nil {
		return s, err
	}
	if err = lay(s.dir, laid); err == nil {
		s.command, err = f.Lang.compile(ctx, s.dir)
	}
	if err != nil {
		_ = s.Close()
	}
	return s, err
}

// compile returns the command that starts what was built in dir.
func (l Lang) compile(ctx context.Context, dir string) ([]string, error) {
	server := filepath.Join(dir, "server")
	switch l {
	case C:
		compiler := os.Getenv("CC")
		if compiler == "" {
			compiler = "cc"
		}
		return []string{server}, l.compiler(ctx, dir, compiler, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-pthread", "-o", server, "main.c", "given.c")
	case Python:
		return []string{"python3", "-u", filepath.Join(dir, "main.py")}, l.compiler(ctx, dir, "python3", "-m", "py_compile", "main.py")
	}
	err := program.Build(ctx, dir, server)
	var refused *program.BuildError
	if errors.As(err, &refused) {
		var lines []string
		for _, r := range refused.Refusals {
			lines = append(lines, r.String())
		}
		err = &CompileError{l.main(), some(lines)}
	}
	return []string{server}, err
}

// compiler runs a compiler that is no Go compiler.
func (l Lang) compiler(ctx context.Context, dir, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("no %s is here, and this exercise is built with it", name)
	}
	ctx, cancel := context.WithTimeout(ctx, mostBuild)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.WaitDelay = dir, time.Second
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err = cmd.Run()
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%s took longer than %v", name, mostBuild)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return &CompileError{l.main(), l.words(said.String(), dir)}
}

// words takes from a compiler's output what says nothing to the reader. A compiler of C tells errors after warnings.
func (l Lang) words(said, dir string) string {
	var lines, errs []string
	for line := range strings.SplitSeq(strings.ReplaceAll(said, dir+"/", ""), "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		lines = append(lines, line)
		if strings.Contains(line, "error: ") {
			errs = append(errs, line)
		}
	}
	if l == C && len(errs) > 0 {
		lines = errs
	}
	if l == Python && len(lines) > 1 { // the sort of mistake comes last
		lines = append([]string{lines[0] + ": " + lines[len(lines)-1]}, lines[1:len(lines)-1]...)
	}
	return some(lines)
}

// some are at most eight lines.
func some(lines []string) string { return strings.Join(lines[:min(8, len(lines))], "\n") }
