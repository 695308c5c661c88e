package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serve answers each connection with talk until the test ends, and returns its address.
func serve(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				talk(conn)
			}()
		}
	}()
	return l.Addr().String()
}

func echo(c net.Conn) { _, _ = io.Copy(c, c) }

func count(c net.Conn) {
	n, _ := io.Copy(io.Discard, c)
	fmt.Fprintln(c, n)
}

// seen is output that tells when a text has come.
type seen struct {
	mu   sync.Mutex
	all  bytes.Buffer
	text string
	then func()
}

func (s *seen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.Write(p)
	if s.then != nil && strings.Contains(s.all.String(), s.text) {
		s.then()
		s.then = nil
	}
	return len(p), nil
}

func (s *seen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// swarming runs the command until it prints text, then interrupts it.
func swarming(t *testing.T, text string, args ...string) (status int, out, errs string) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	o, e := &seen{text: text, then: interrupt}, &seen{text: text, then: interrupt}
	status = run(ctx, append([]string{"swarm", "-d", "5s"}, args...), o, e) // a later -d counts
	return status, o.String(), e.String()
}

func TestCount(t *testing.T) {
	status, out, errs := swarming(t, "#20 ->", "-n", "20", "-every", "50ms", serve(t, count))
	assert.Equal(t, 0, status, errs)
	assert.Regexp(t, `(?m)^#1 -> [0-9]{1,4}$`, out)
	assert.Contains(t, out, "numbers sent on 20 connections")
	assert.Contains(t, out, "20 connections were fine, 0 failed")
	var sent, counted int
	for line := range strings.Lines(out) {
		if number, found := strings.CutPrefix(line, "#"); found {
			_, text, _ := strings.Cut(number, " -> ")
			sent += len(text)
		}
		_, _ = fmt.Sscanf(line, "the server counted %d bytes", &counted)
	}
	assert.Equal(t, sent, counted, "what was printed is what was counted")
}

func TestEcho(t *testing.T) {
	status, out, errs := swarming(t, "#5 <-", "-n", "5", "-every", "20ms", "-app", "echo", serve(t, echo))
	assert.Equal(t, 0, status, errs)
	assert.Regexp(t, `(?m)^#5 <- [0-9]{1,4} ok$`, out)
	assert.Contains(t, out, "5 connections were fine, 0 failed")
}

// A server that takes one client at a time: the others are served at the end, in turn.
func TestOneAtATime(t *testing.T) {
	var turn sync.Mutex
	status, out, errs := swarming(t, " ok", "-n", "5", "-every", "20ms", "-app", "echo", serve(t, func(c net.Conn) {
		turn.Lock()
		defer turn.Unlock()
		echo(c)
		_ = c.Close()
	}))
	assert.Equal(t, 0, status, errs)
	assert.Contains(t, out, "5 connections were fine, 0 failed")
}

func TestQuiet(t *testing.T) {
	status, out, errs := swarming(t, "   1 s:", "-n", "3", "-every", "10ms", "-d", "9s", "-quiet", serve(t, count))
	assert.Equal(t, 0, status, errs)
	assert.NotContains(t, out, "#")
	assert.Regexp(t, `(?m)^   1 s: 3 connected, [0-9]+ numbers sent, 0 failed$`, out)
	assert.Contains(t, errs, "or else the end of 9s")
}

// Nobody interrupts: it ends by itself, as -d says.
func TestTime(t *testing.T) {
	status, out, errs := swarming(t, "never printed", "-n", "3", "-every", "10ms", "-d", "50ms", serve(t, count))
	assert.Equal(t, 0, status, errs)
	assert.Contains(t, out, "3 connections were fine, 0 failed")
}

func TestSeed(t *testing.T) {
	first := func() string {
		_, out, _ := swarming(t, "#1 -> ", "-n", "1", "-every", "1s", "-seed", "7", serve(t, count))
		line, _, _ := strings.Cut(out, "\n")
		return line
	}
	assert.Equal(t, first(), first())
}

func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		app  string
		talk func(net.Conn)
		says string
	}{
		"miscounts":     {"count", func(c net.Conn) { n, _ := io.Copy(io.Discard, c); fmt.Fprintln(c, n+1) }, "the server counted"},
		"says no count": {"count", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "expected their number, received \"\""},
		"changes it": {"echo", func(c net.Conn) {
			for r := bufio.NewReader(c); ; {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				_, _ = io.WriteString(c, strings.Repeat("x", len(line)-1)+"\n")
			}
		}, `received "x`},
		"says more": {"echo", func(c net.Conn) { echo(c); fmt.Fprintln(c, "more") }, "after the last reply"},
		"closes":    {"echo", func(c net.Conn) { _, _ = c.Read(make([]byte, 64)) }, "the server has closed the connection"},
		"resets":    {"echo", func(c net.Conn) { _, _ = c.Read(make([]byte, 64)); _ = c.(*net.TCPConn).SetLinger(0) }, "the server has reset the connection (ECONNRESET)"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := swarming(t, "#2", "-n", "2", "-every", "10ms", "-d", "300ms", "-app", c.app, serve(t, c.talk))
			assert.Equal(t, 1, status)
			assert.Contains(t, errs, c.says)
			assert.Regexp(t, `swarm: [12] of 2 connections failed\n$`, errs)
			assert.Regexp(t, `[01] connections were fine, [12] failed\n$`, out)
		})
	}
}

func TestBadInput(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{nil, 2, "expected a model or host:port, got 0 arguments"},
		{[]string{"a", "b"}, 2, "got 2 arguments"},
		{[]string{"-n", "0", "epoll"}, 2, "-n 0: at least 1 connection"},
		{[]string{"-n", "ten", "epoll"}, 2, `"ten"`},
		{[]string{"-app", "menu", "epoll"}, 2, "-app menu: a swarm speaks count or echo"},
		{[]string{"-app", "tea", "epoll"}, 2, "-app tea: a swarm speaks count or echo"},
		{[]string{"-stay", "-app", "count", "epoll"}, 2, "-stay speaks echo"},
		{[]string{"-json", "epoll"}, 2, "-json goes with -stay"},
		{[]string{"-every", "0s", "epoll"}, 2, "-every 0s: at least 1ms"},
		{[]string{"-d", "-1s", "epoll"}, 2, "-d -1s: a time above 0"},
		{[]string{"http://epoll:80"}, 2, "tcp://host:port or host:port"},
		{[]string{"-n", "100000000", "-port", "1", "epoll"}, 1, "100000000 connections need as many descriptors"},
		{[]string{"-n", "3", "127.0.0.1:1"}, 1, "0 of 3 connections made: nothing listens at 127.0.0.1:1"},
	} {
		var out, errs bytes.Buffer
		assert.Equal(t, c.status, run(t.Context(), append([]string{"swarm"}, c.args...), &out, &errs), c.args)
		assert.Contains(t, errs.String(), c.says)
		assert.Empty(t, out.String())
	}
}
