// Package launch runs a service in the tests of its own package, as the process that
// it is: the test's binary starts itself again, and is the service then.
package launch

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// which names the program that a started test binary is to be.
const which = "C10KLAB_TEST_SERVICE"

// Main is for TestMain: it runs the tests, or in a process that Start started the
// program of that name.
func Main(m *testing.M, programs map[string]func()) {
	if program, ok := programs[os.Getenv(which)]; ok {
		program()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Service is a running service.
type Service struct {
	*exec.Cmd
	log   *bufio.Reader
	first string // its first line, which says where it listens
}

// Start starts the program of that name on free ports of 127.0.0.1, with further
// arguments, and waits until it listens. It is killed at the end of the test.
func Start(t *testing.T, program string, args ...string) *Service {
	t.Helper()
	return StartWith(t, nil, program, args...)
}

// StartWith is Start with standard input.
func StartWith(t *testing.T, stdin *os.File, program string, args ...string) *Service {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-host=127.0.0.1", "-ports=echo=0,count=0,menu=0,page=0,work=0,wait=0"}, args...)...)
	cmd.Env = append(os.Environ(), which+"="+program)
	if stdin != nil {
		cmd.Stdin = stdin
	}
	out, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	// What a test waits for in vain shall fail, not hang.
	require.NoError(t, out.(*os.File).SetReadDeadline(time.Now().Add(time.Minute)))
	s := &Service{Cmd: cmd, log: bufio.NewReader(out)}
	s.first = s.Logged(t, "listening on ")
	return s
}

// Fail runs the program of that name with these arguments alone, which shall end it
// at once, and returns its exit status and its log.
func Fail(t *testing.T, program string, args ...string) (status int, log string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), which+"="+program)
	out, err := cmd.CombinedOutput()
	require.Error(t, err, string(out))
	return cmd.ProcessState.ExitCode(), string(out)
}

// Logged reads the log on until a line has text in it, and returns that line.
func (s *Service) Logged(t *testing.T, text string) string {
	t.Helper()
	for {
		line, err := s.log.ReadString('\n')
		require.NoError(t, err, "the log ended without %q", text)
		if strings.Contains(line, text) {
			return line
		}
	}
}

// Ended waits for the service's end and returns its exit status and the rest of its log.
func (s *Service) Ended(t *testing.T) (status int, log string) {
	t.Helper()
	rest, err := io.ReadAll(s.log)
	require.NoError(t, err)
	_ = s.Wait()
	return s.ProcessState.ExitCode(), string(rest)
}

// Terminate sends SIGTERM and waits for the end, which must come before the grace has passed.
func (s *Service) Terminate(t *testing.T) {
	t.Helper()
	require.NoError(t, s.Process.Signal(syscall.SIGTERM))
	status, log := s.Ended(t)
	assert.Zero(t, status, log)
	assert.NotContains(t, log, "stopped after", "it was the grace that ended it")
}

// Dial connects to an application, "echo" for example.
func (s *Service) Dial(t *testing.T, app string) *Client {
	t.Helper()
	port := regexp.MustCompile(app + ` (\d+)`).FindStringSubmatch(s.first)
	require.NotNil(t, port, "%q names no port of %s", s.first, app)
	c, err := net.Dial("tcp", "127.0.0.1:"+port[1])
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	return &Client{c.(*net.TCPConn), bufio.NewReader(c)}
}

// Client is a connection to a service.
type Client struct {
	*net.TCPConn
	in *bufio.Reader
}

// Say sends text.
func (c *Client) Say(t *testing.T, text string) {
	t.Helper()
	_, err := io.WriteString(c, text)
	require.NoError(t, err)
}

// Hear reads what must come next.
func (c *Client) Hear(t *testing.T, want string) {
	t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(c.in, got)
	require.NoError(t, err, "%q instead of %q", got[:n], want)
	require.Equal(t, want, string(got))
}

// HearTheEnd reads the end of file, before which nothing may come.
func (c *Client) HearTheEnd(t *testing.T) {
	t.Helper()
	rest, err := io.ReadAll(c.in)
	require.NoError(t, err)
	assert.Empty(t, string(rest))
}

// IsCutOff waits until the connection is closed or reset.
func (c *Client) IsCutOff(t *testing.T) {
	t.Helper()
	_, err := c.in.ReadByte()
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "it is open still")
}

// IsSilent makes sure that a connection which is open hears nothing for a moment.
func (c *Client) IsSilent(t *testing.T) {
	t.Helper()
	require.NoError(t, c.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err := c.in.ReadByte()
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(20*time.Second)))
}

// Serving counts the service's own threads that are named for serving.
func (s *Service) Serving(t *testing.T) (n int) {
	t.Helper()
	names, err := filepath.Glob("/proc/" + strconv.Itoa(s.Process.Pid) + "/task/*/comm")
	require.NoError(t, err)
	for _, name := range names {
		if b, _ := os.ReadFile(name); strings.HasPrefix(string(b), "serve") {
			n++
		}
	}
	return n
}

// Children returns the process ids of the service's children, zombies among them.
func (s *Service) Children(t *testing.T) (pids []int) {
	t.Helper()
	lists, err := filepath.Glob("/proc/" + strconv.Itoa(s.Process.Pid) + "/task/*/children")
	require.NoError(t, err)
	for _, list := range lists {
		b, _ := os.ReadFile(list)
		for _, field := range strings.Fields(string(b)) {
			pid, err := strconv.Atoi(field)
			require.NoError(t, err)
			pids = append(pids, pid)
		}
	}
	return pids
}
