package main

import (
	"bufio"
	"bytes"
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
func serve(t *testing.T, talk func(*net.TCPConn)) string {
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
				talk(conn.(*net.TCPConn))
			}()
		}
	}()
	return l.Addr().String()
}

func echo(c *net.TCPConn) { _, _ = io.Copy(c, c) }

func count(c *net.TCPConn) {
	n, _ := io.Copy(io.Discard, c)
	fmt.Fprintln(c, n)
}

// answers is a server that answers every line, after a greeting.
func answers(c *net.TCPConn) {
	fmt.Fprintln(c, "Welcome.")
	for lines := bufio.NewScanner(c); lines.Scan() && lines.Text() != "exit"; {
		fmt.Fprintf(c, "heard %s\n", lines.Text())
	}
}

// locked is a buffer that may be written to from several goroutines.
type locked struct {
	sync.Mutex
	bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(p)
}

// chatting runs the command with that input, as from a pipe.
func chatting(t *testing.T, in io.Reader, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e locked
	status = run(t.Context(), append([]string{"chat"}, args...), in, &o, &e)
	return status, o.String(), e.String()
}

func TestPipe(t *testing.T) {
	for name, c := range map[string]struct {
		talk     func(*net.TCPConn)
		app      string
		in, want string
	}{
		"echo":                 {echo, "echo", "hi\n", "hi\n"},
		"echo of bytes":        {echo, "echo", "a\x00b\r\n\xff", "a\x00b\r\n\xff"},
		"echo of nothing":      {echo, "echo", "", ""},
		"echo of a megabyte":   {echo, "echo", strings.Repeat("0123456789abcde\n", 1<<16), strings.Repeat("0123456789abcde\n", 1<<16)},
		"count":                {count, "count", "hello", "5\n"},
		"menu":                 {answers, "menu", "0\nexit\n", "Welcome.\nheard 0\n"},
		"an address by itself": {answers, "", "one\ntwo\n", "Welcome.\nheard one\nheard two\n"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{serve(t, c.talk)}
			if c.app != "" {
				args = append(args, c.app)
			}
			status, out, errs := chatting(t, strings.NewReader(c.in), args...)
			assert.Equal(t, 0, status, errs)
			assert.Equal(t, c.want, out)
		})
	}
}

// The server closes first: the conversation ends although more could be typed.
func TestServerCloses(t *testing.T) {
	in, typing := io.Pipe()
	t.Cleanup(func() { _ = typing.Close() })
	go func() { _, _ = io.WriteString(typing, "exit\n") }()
	status, out, errs := chatting(t, in, serve(t, answers), "menu")
	assert.Equal(t, 0, status, errs)
	assert.Equal(t, "Welcome.\n", out)
	assert.Contains(t, errs, "has closed the connection")
}

func TestServerResets(t *testing.T) {
	in, typing := io.Pipe()
	t.Cleanup(func() { _ = typing.Close() })
	go func() { _, _ = io.WriteString(typing, "hello\n") }()
	status, _, errs := chatting(t, in, serve(t, func(c *net.TCPConn) {
		_, _ = c.Read(make([]byte, 1))
		_ = c.SetLinger(0)
	}), "echo")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "has reset the connection (ECONNRESET)")
}

func TestRaw(t *testing.T) {
	status, out, errs := chatting(t, strings.NewReader("0\n"), "-raw", "-timeout", "400ms", serve(t, answers), "menu")
	assert.Equal(t, 1, status)
	assert.Equal(t, "Welcome.\nheard 0\n", out, "the scanner takes the end of file for the end of the line")
	assert.Contains(t, errs, `no answer within 400ms. menu answers lines, and a line ends with \n: -raw sent "0" without it`)
	assert.Contains(t, errs, "1 of the lines got no answer within 400ms")

	status, out, errs = chatting(t, strings.NewReader("0\n12\n"), "-raw", serve(t, echo), "echo")
	assert.Equal(t, 0, status, errs)
	assert.Equal(t, "012", out)

	status, out, errs = chatting(t, strings.NewReader("0\n12\n"), "-raw", serve(t, count), "count")
	assert.Equal(t, 0, status, errs)
	assert.Equal(t, "3\n", out)
}

func TestTimes(t *testing.T) {
	status, out, errs := chatting(t, strings.NewReader("5\n7\n"), serve(t, func(c *net.TCPConn) {
		for lines := bufio.NewScanner(c); lines.Scan(); {
			fmt.Fprintf(c, "waited %s\n", lines.Text())
		}
	}), "wait")
	assert.Equal(t, 0, status, errs)
	assert.Equal(t, "waited 5\nwaited 7\n", out)
	assert.Regexp(t, `^(chat: after [0-9.]+ ms\n){2}$`, errs)
}

func TestPages(t *testing.T) {
	for line, want := range map[string]string{
		"/\n":                          "GET / HTTP/1.1\r\nHost: lab:80\r\n\r\n",
		"GET /x\r\n":                   "GET /x HTTP/1.1\r\nHost: lab:80\r\n\r\n",
		"HEAD /":                       "HEAD / HTTP/1.1\r\nHost: lab:80\r\n\r\n",
		"POST /params a=b&c=two words": "POST /params HTTP/1.1\r\nHost: lab:80\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 15\r\n\r\na=b&c=two words",
		"POST /params\n":               "POST /params HTTP/1.1\r\nHost: lab:80\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n",
		"hello\n":                      "",
		"get /\n":                      "",
		"GET\n":                        "",
		"\n":                           "",
	} {
		p := pages{host: "lab:80"}
		request, err := p.request(line)
		assert.Equal(t, want, request, line)
		assert.Equal(t, want == "", err != nil, line)
	}
}

func TestPagesByHand(t *testing.T) {
	p := pages{host: "lab:80"}
	var sent strings.Builder
	for _, line := range []string{"POST / HTTP/1.1\n", "Host: x\r\n", "Content-Length: 3\n", "\n", "a\nb", "\n"} {
		request, err := p.request(line)
		require.NoError(t, err)
		sent.WriteString(request)
	}
	assert.Equal(t, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na\nb\n", sent.String())
}

func TestBadInput(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{nil, 2, "expected a model and an application, or host:port, got 0 arguments"},
		{[]string{"a", "echo", "c"}, 2, "got 3 arguments"},
		{[]string{"epoll"}, 2, "which application of epoll? Choose from echo, count, menu, page, work, wait"},
		{[]string{"epoll", "tea"}, 2, `no application "tea": choose from echo, count, menu, page, work, wait`},
		{[]string{"-nonsense", "epoll", "echo"}, 2, "-nonsense"},
		{[]string{"-port", "70000", "epoll", "echo"}, 2, "-port 70000: a port is a number from 1 to 65535"},
		{[]string{"-port", "x", "epoll", "echo"}, 2, `"x"`},
		{[]string{"-timeout", "0s", "-port", "1", "epoll", "echo"}, 2, "-timeout 0s"},
		{[]string{"-port", "1", "127.0.0.1:7", "echo"}, 2, "is an address already"},
		{[]string{"127.0.0.1:1"}, 1, "nothing listens at 127.0.0.1:1 (ECONNREFUSED)"},
		{[]string{"-host", "no.such.host.invalid", "epoll", "echo"}, 1, "no host no.such.host.invalid"},
	} {
		status, out, errs := chatting(t, strings.NewReader(""), c.args...)
		assert.Equal(t, c.status, status, c.args)
		assert.Contains(t, errs, c.says)
		assert.Empty(t, out)
	}
}

func TestVisible(t *testing.T) {
	assert.Equal(t, "a\tb\n\u00fc\\u001b[2J\\u0000\\xff", visible([]byte("a\tb\r\n\u00fc\x1b[2J\x00\xff")))
}
