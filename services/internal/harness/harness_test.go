package harness

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/sock"
)

// The test binary is also the service: run with this variable it serves with the model named.
const asModel = "HARNESS_TEST_MODEL"

func TestMain(m *testing.M) {
	talk := func(c *Conn) {
		defer c.Close()
		_ = drive.Converse(c, c.Session)
	}
	switch os.Getenv(asModel) {
	case "one":
		Main("one", OneThread, func(s *Server) error {
			for {
				c, err := s.Accept()
				if err != nil {
					return err
				}
				talk(c)
			}
		})
	case "many":
		Main("many", Threads, func(s *Server) error {
			for {
				c, err := s.Accept()
				if err != nil {
					return err
				}
				go talk(c)
			}
		})
	case "wanderer":
		wander()
	case "two":
		Main("two", Threads, func(s *Server) error {
			s.limit = 2
			for {
				c, err := s.Accept()
				if err != nil {
					return err
				}
				go talk(c)
			}
		})
	case "process":
		Main("process", Processes, func(s *Server) error {
			if s.Child() {
				talk(s.Client())
				return nil
			}
			for {
				client, err := s.Take()
				if err != nil {
					return err
				}
				pid, err := forkExec(s, client.App.String(), client.FD)
				_ = client.Close()
				s.Adopt(pid, err)
			}
		})
	case "prefork":
		pool := Pool()
		Main("prefork", Processes, func(s *Server) error {
			for !s.Child() {
				if err := s.AwaitChildren(*pool); err != nil {
					return err
				}
				fds := make([]int, len(s.Listeners()))
				for i, l := range s.Listeners() {
					fds[i] = l.FD
				}
				s.Adopt(forkExec(s, Acceptor, fds...))
			}
			for {
				c, err := s.Accept()
				if err != nil {
					return err
				}
				talk(c)
			}
		})
	case "stuck":
		Main("stuck", Loop, func(*Server) error { select {} })
	case "unsupported":
		Main("unsupported", Loop, func(*Server) error { return &Unsupported{"io_uring", unix.EPERM} })
	case "broken":
		Main("broken", Loop, func(*Server) error { return io.ErrUnexpectedEOF })
	}
	os.Exit(m.Run())
}

// wander has the main goroutine block in system calls while others want its place. The exit status is 0
// if it is still on the first thread then.
func wander() {
	for range 8 {
		go func() {
			for {
				runtime.Gosched()
			}
		}()
	}
	for range 50 {
		pause := unix.NsecToTimespec(int64(2 * time.Millisecond))
		_ = unix.Nanosleep(&pause, nil)
		if unix.Gettid() != os.Getpid() {
			os.Exit(1)
		}
	}
	os.Exit(0)
}

// A thread that serves ends with its client, which the first thread can't: it would stay behind, under the
// name of one that serves.
func TestTheFirstThreadIsKeptAway(t *testing.T) {
	status, _ := launch(t, "wanderer").exit(t)
	assert.Zero(t, status, "the main goroutine has left it to others")
}

// service is a running test service.
type service struct {
	*exec.Cmd
	log  *bufio.Reader
	line string // what it said when it listened
}

func launch(t *testing.T, model string, args ...string) *service {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asModel+"="+model)
	out, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_, _ = cmd.Process.Wait()
	})
	s := &service{Cmd: cmd, log: bufio.NewReader(out)}
	s.line, _ = s.log.ReadString('\n')
	return s
}

// exit waits for the service's end and returns its status and the rest of its log.
func (s *service) exit(t *testing.T) (int, string) {
	rest, err := io.ReadAll(s.log)
	require.NoError(t, err)
	_ = s.Wait()
	return s.ProcessState.ExitCode(), s.line + string(rest)
}

const free = "-ports=echo=0,count=0,menu=0,page=0,work=0,wait=0"

// dial connects to an application of a service.
func (s *service) dial(t *testing.T, app string) *net.TCPConn {
	port := regexp.MustCompile(app + ` (\d+)`).FindStringSubmatch(s.line)
	require.NotNil(t, port, "%q names no port of %s", s.line, app)
	c, err := net.Dial("tcp", "127.0.0.1:"+port[1])
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	return c.(*net.TCPConn)
}

func ask(t *testing.T, c net.Conn, request, want string) {
	if request != "" {
		_, err := io.WriteString(c, request)
		require.NoError(t, err)
	}
	got := make([]byte, len(want))
	_, err := io.ReadFull(c, got)
	require.NoError(t, err)
	assert.Equal(t, want, string(got))
}

func TestBadFlags(t *testing.T) {
	for _, c := range []struct{ arg, want string }{
		{"-nonsense", "flag provided but not defined"},
		{"-apps=echo,tea", `no application "tea"`},
		{"-apps=echo,echo", "listed twice"},
		{"-ports=echo=70000", "a port is a number from 0 to 65535"},
		{"-ports=tea=1", `no application "tea"`},
		{"-host=localhost", `not an IP address: "localhost"`},
		{"-backlog=0", "-backlog: 0 is less than 1"},
		{"-idle=-1s", "-idle"},
		{"extra", `unexpected argument "extra"`},
	} {
		status, log := launch(t, "one", c.arg).exit(t)
		assert.Equal(t, 2, status, c.arg)
		assert.Contains(t, log, c.want)
		assert.Equal(t, 1, strings.Count(log, "\n"), "one line: %q", log)
	}
}

func TestHelpIsNoError(t *testing.T) {
	status, log := launch(t, "one", "-h").exit(t)
	assert.Zero(t, status)
	assert.Contains(t, log, "-backlog argument")
}

func TestATakenPortIsNamed(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	require.NoError(t, err)
	status, log := launch(t, "one", "-host=127.0.0.1", "-apps=echo", "-ports=echo="+port).exit(t)
	assert.Equal(t, 1, status)
	assert.Equal(t, "one: echo: listen on 127.0.0.1 port "+port+": address already in use\n", log)
}

func TestExitStatusOfAModel(t *testing.T) {
	s := launch(t, "unsupported", "-host=127.0.0.1", free)
	status, log := s.exit(t)
	assert.Equal(t, 69, status)
	assert.Contains(t, log, "unsupported here: io_uring: operation not permitted")

	status, log = launch(t, "broken", "-host=127.0.0.1", free).exit(t)
	assert.Equal(t, 1, status)
	assert.Contains(t, log, "broken: unexpected EOF")
}

func TestEveryApplicationIsServed(t *testing.T) {
	for _, args := range [][]string{{free}, {"-apps=echo", free}} {
		s := launch(t, "many", append(args, "-host=127.0.0.1")...)
		ask(t, s.dial(t, "echo"), "hi", "hi")
		if len(args) > 1 {
			assert.NotContains(t, s.line, "menu")
			continue
		}
		ask(t, s.dial(t, "menu"), "", "Welcome")
		ask(t, s.dial(t, "wait"), "1\n", "waited 1\n")
		ask(t, s.dial(t, "work"), "1\n", "66687aadf862bd77")
		ask(t, s.dial(t, "page"), "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n")
		count := s.dial(t, "count")
		_, err := io.WriteString(count, "12345")
		require.NoError(t, err)
		require.NoError(t, count.CloseWrite())
		ask(t, count, "", "5\n")
	}
}

func TestOneThreadServesOneAtATime(t *testing.T) {
	s := launch(t, "one", "-host=127.0.0.1", free)
	first, second := s.dial(t, "echo"), s.dial(t, "menu")
	ask(t, first, "hi", "hi")
	_, err := second.Write([]byte("0\n")) // connected, and unanswered
	require.NoError(t, err)
	ask(t, first, "still", "still")
	require.NoError(t, first.Close())
	ask(t, second, "", "Welcome")
}

func TestSIGTERMWakesEveryWaitAndLosesNothing(t *testing.T) {
	for _, model := range []string{"one", "many"} {
		for _, app := range [][]string{{"-apps=echo", free}, {free}} {
			s := launch(t, model, append(app, "-host=127.0.0.1")...)
			c := s.dial(t, "echo")
			ask(t, c, "hi", "hi")
			sent := strings.Repeat("owed", 100_000)
			wrote := make(chan error)
			go func() {
				_, err := io.WriteString(c, sent[:200_000])
				wrote <- err
			}()
			got := make([]byte, 200_000)
			_, err := io.ReadFull(c, got[:1000])
			require.NoError(t, err)
			require.NoError(t, <-wrote)
			arrived(t, c)
			require.NoError(t, s.Process.Signal(syscall.SIGTERM))
			_, err = io.ReadFull(c, got[1000:])
			require.NoError(t, err)
			assert.True(t, sent[:200_000] == string(got))
			_, err = c.Read(got)
			assert.Equal(t, io.EOF, err)
			status, _ := s.exit(t)
			assert.Zero(t, status)
		}
	}
}

// arrived waits until the server's kernel has all that the client has written.
func arrived(t *testing.T, c *net.TCPConn) {
	raw, err := c.SyscallConn()
	require.NoError(t, err)
	assert.Eventually(t, func() bool {
		unsent := -1
		require.NoError(t, raw.Control(func(fd uintptr) { unsent = sock.Unsent(int(fd)) }))
		return unsent == 0
	}, 10*time.Second, time.Millisecond)
}

func TestTheGraceBoundsTheEnd(t *testing.T) {
	s := launch(t, "stuck", "-host=127.0.0.1", free)
	require.NoError(t, s.Process.Signal(syscall.SIGTERM))
	status, log := s.exit(t)
	assert.Zero(t, status)
	assert.Contains(t, log, "stopped after 5s")

	s = launch(t, "stuck", "-host=127.0.0.1", free)
	require.NoError(t, s.Process.Signal(syscall.SIGTERM))
	require.NoError(t, s.Process.Signal(syscall.SIGINT))
	status, _ = s.exit(t)
	assert.Zero(t, status)
}

func TestNoDescriptorLeft(t *testing.T) {
	s := launch(t, "many", "-host=127.0.0.1", "-apps=echo", free)
	limit := unix.Rlimit{Cur: 24, Max: 24}
	require.NoError(t, unix.Prlimit(s.Process.Pid, unix.RLIMIT_NOFILE, &limit, nil))
	var inside []*net.TCPConn
	for range 30 {
		inside = append(inside, s.dial(t, "echo")) // those beyond wait in the backlog
	}
	line, err := s.log.ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, line, "no room for another client: too many open files")
	ask(t, inside[0], "hi", "hi")
	for _, c := range inside[:29] {
		require.NoError(t, c.Close())
	}
	ask(t, inside[29], "at last", "at last")
}

func TestBeyondItsBoundClientsWaitInTheBacklog(t *testing.T) {
	s := launch(t, "two", "-host=127.0.0.1", "-apps=echo", free)
	first, second, third := s.dial(t, "echo"), s.dial(t, "echo"), s.dial(t, "echo")
	ask(t, first, "hi", "hi")
	ask(t, second, "hi", "hi")
	line, err := s.log.ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, line, "no room for another client: 2 are served")
	_, err = io.WriteString(third, "waits")
	require.NoError(t, err)
	ask(t, second, "still served", "still served")
	require.NoError(t, third.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err = third.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded, "it is connected, and not served")
	require.NoError(t, third.SetReadDeadline(time.Now().Add(10*time.Second)))
	require.NoError(t, first.Close())
	ask(t, third, "", "waits")
}

func TestTheBoundComesFromTheLimits(t *testing.T) {
	s := &Server{kind: Threads}
	s.bound()
	assert.Positive(t, s.limit)
	pids, ok := readInt("/proc/sys/kernel/pid_max")
	require.True(t, ok)
	assert.LessOrEqual(t, s.limit, pids/2, "the other half is the machine's")

	s = &Server{kind: Loop}
	s.bound()
	assert.Zero(t, s.limit, "a loop has descriptors for a bound")
}

func TestIdleClientsAreClosed(t *testing.T) {
	s := launch(t, "many", "-host=127.0.0.1", "-idle=30ms", free)
	c := s.dial(t, "echo")
	ask(t, c, "hi", "hi")
	_, err := c.Read(make([]byte, 1))
	assert.Equal(t, io.EOF, err)
}

func TestPrintShowsEveryReceive(t *testing.T) {
	s := launch(t, "many", "-host=127.0.0.1", "-print", free)
	c := s.dial(t, "menu")
	ask(t, c, "0\n", "Welcome")
	line, err := s.log.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "many: menu: connected from "+c.LocalAddr().String()+"\n", line)
	line, err = s.log.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, `many: menu: received "0\n" from `+c.LocalAddr().String()+"\n", line)
}

func TestNeitherNetNorTemplatesAreImported(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".", "../session").CombinedOutput()
	require.NoError(t, err, string(out))
	deps := strings.Fields(string(out))
	for _, heavy := range []string{"net", "net/http", "html/template"} {
		assert.NotContains(t, deps, heavy, "every start of a process would pay for it")
	}
}

func TestAStopNeedsNoDescriptor(t *testing.T) {
	s := launch(t, "many", "-host=127.0.0.1", "-apps=echo", free)
	limit := unix.Rlimit{Cur: 24, Max: 24}
	require.NoError(t, unix.Prlimit(s.Process.Pid, unix.RLIMIT_NOFILE, &limit, nil))
	first := s.dial(t, "echo")
	for range 30 {
		s.dial(t, "echo")
	}
	_, err := s.log.ReadString('\n') // that there is no room
	require.NoError(t, err)
	ask(t, first, "hi", "hi")
	require.NoError(t, s.Process.Signal(syscall.SIGTERM))
	status, log := s.exit(t)
	assert.Zero(t, status, log)
}

// The log tells of all loops of a server.
func TestLoopsCountTogether(t *testing.T) {
	s := new(Server)
	assert.Same(t, s.Conns().All, s.Conns().All)
	assert.NotNil(t, s.Conns().All)
}
