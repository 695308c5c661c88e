package engine

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// workerArg is the hidden first argument of a worker's process.
const workerArg = "engine-worker"

// WorkerMain must be called first thing in main, before flags are read: in a
// process that Spawn started it serves as the worker and does not return;
// elsewhere it does nothing.
func WorkerMain() {
	if len(os.Args) < 2 || os.Args[1] != workerArg {
		return
	}
	opts, err := parseArgs(os.Args[2:])
	if err == nil {
		err = serve(os.Stdin, os.Stdout, opts)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "engine worker: %v\n", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve answers the worker protocol until end of file.
func serve(in io.Reader, out io.Writer, opts Options) error {
	e, err := New(opts)
	if err != nil {
		return err
	}
	defer e.Close()
	s := &server{e: e}
	defer s.closeGroup()
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		answer, err := s.answer(strings.Fields(lines.Text()))
		if err != nil {
			answer = "error " + strings.ReplaceAll(err.Error(), "\n", "; ")
		} else {
			answer = strings.TrimSuffix("ok "+answer, " ")
		}
		if _, err := io.WriteString(out, answer+"\n"); err != nil {
			return err
		}
	}
	return lines.Err()
}

// server is a worker's side of the protocol.
type server struct {
	e *Engine
	g *Group
}

func (s *server) closeGroup() {
	if s.g != nil {
		s.g.Close()
		s.g = nil
	}
}

func (s *server) answer(words []string) (string, error) {
	if len(words) == 0 {
		return "", fmt.Errorf("an empty request")
	}
	args := words[1:]
	switch {
	case words[0] == "hello" && len(args) == 0:
		return "", nil
	case words[0] == "close" && len(args) == 0:
		s.closeGroup()
		return "", nil
	case words[0] == "dial" && len(args) == 2:
		return "", s.dial(args[0], args[1])
	}
	if s.g == nil {
		return "", fmt.Errorf("%s: dial first", words[0])
	}
	switch {
	case words[0] == "check" && len(args) == 1:
		ms, err := strconv.Atoi(args[0])
		if err != nil {
			return "", fmt.Errorf("check: %w", err)
		}
		n, err := s.g.Check(context.Background(), time.Duration(ms)*time.Millisecond)
		return strconv.Itoa(n), err
	case words[0] == "arrive" && len(args) == 1:
		a, err := ParseArrivals(args[0])
		if err != nil {
			return "", err
		}
		return "", s.g.Arrive(a)
	case words[0] == "spin" && len(args) == 1:
		ns, err := strconv.Atoi(args[0])
		if err != nil {
			return "", fmt.Errorf("spin: %w", err)
		}
		return "", s.g.Spin(time.Duration(ns))
	case words[0] == "slice" && len(args) == 2:
		return s.slice(args[0], args[1])
	}
	return "", fmt.Errorf("no such request: %s", strings.Join(words, " "))
}

func (s *server) dial(addr, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	if s.g != nil {
		return fmt.Errorf("dial: a group is open; close it first")
	}
	s.g, err = s.e.Dial(context.Background(), addr, n)
	return err
}

func (s *server) slice(discard, measure string) (string, error) {
	us := [2]time.Duration{}
	for i, text := range []string{discard, measure} {
		n, err := strconv.Atoi(text)
		if err != nil {
			return "", fmt.Errorf("slice: %w", err)
		}
		us[i] = time.Duration(n) * time.Microsecond
	}
	slice, err := s.g.Slice(us[0], us[1])
	if err != nil {
		return "", err
	}
	return slice.encode()
}
