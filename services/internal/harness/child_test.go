package harness

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// forkExec starts a child of a test's model.
func forkExec(s *Server, role string, fds ...int) (int, error) {
	files := []uintptr{0, 1, 2}
	for _, fd := range fds {
		files = append(files, uintptr(fd))
	}
	return syscall.ForkExec("/proc/self/exe", s.ChildArgs(role), &syscall.ProcAttr{Env: s.ChildEnv(), Files: files, Sys: WithParent})
}

// children returns the process ids of the service's children, zombies among them.
func (s *service) children(t *testing.T) (pids []int) {
	t.Helper()
	tasks, err := filepath.Glob("/proc/" + strconv.Itoa(s.Process.Pid) + "/task/*/children")
	require.NoError(t, err)
	for _, task := range tasks {
		list, err := os.ReadFile(task)
		require.NoError(t, err)
		for _, field := range strings.Fields(string(list)) {
			pid, err := strconv.Atoi(field)
			require.NoError(t, err)
			pids = append(pids, pid)
		}
	}
	return pids
}

// settled waits until the service has n children.
func (s *service) settled(t *testing.T, n int) []int {
	t.Helper()
	require.Eventually(t, func() bool { return len(s.children(t)) == n }, 20*time.Second, time.Millisecond, "%d children", n)
	return s.children(t)
}

func TestAChildForEachClient(t *testing.T) {
	s := launch(t, "process", "-host=127.0.0.1", free)
	echo, menu := s.dial(t, "echo"), s.dial(t, "menu")
	ask(t, echo, "hi", "hi")
	ask(t, menu, "", "Welcome")
	s.settled(t, 2)
	require.NoError(t, echo.Close())
	left := s.settled(t, 1)

	// One that is killed ends its own conversation, is reaped, and is told in the log.
	require.NoError(t, syscall.Kill(left[0], syscall.SIGKILL))
	_, err := io.Copy(io.Discard, menu)
	_ = err // a reset or an end of file: the kernel closes for it
	s.settled(t, 0)
	line, err := s.log.ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, line, "ended by itself")
	ask(t, s.dial(t, "echo"), "next", "next")
}

func TestTheParentKeepsNoCopy(t *testing.T) {
	s := launch(t, "process", "-host=127.0.0.1", "-apps=count", free)
	c := s.dial(t, "count")
	_, err := io.WriteString(c, "12345")
	require.NoError(t, err)
	require.NoError(t, c.CloseWrite())
	all, err := io.ReadAll(c) // until the end, which a copy would hold back
	require.NoError(t, err)
	assert.Equal(t, "5\n", string(all))
	s.settled(t, 0)
}

func TestChildrenAreToldOfTheStop(t *testing.T) {
	for _, model := range []string{"process", "prefork"} {
		s := launch(t, model, "-host=127.0.0.1", free)
		waits, idle := s.dial(t, "wait"), s.dial(t, "echo")
		ask(t, waits, "1\n", "waited 1\n")
		ask(t, idle, "hi", "hi")
		_, err := io.WriteString(waits, "300\n")
		require.NoError(t, err)
		arrived(t, waits)
		for _, pid := range append(s.children(t), s.Process.Pid) { // Ctrl-C reaches all processes of the terminal
			require.NoError(t, syscall.Kill(pid, syscall.SIGINT))
		}
		all, err := io.ReadAll(waits)
		require.NoError(t, err)
		assert.Equal(t, "waited 300\n", string(all), model)
		all, err = io.ReadAll(idle)
		require.NoError(t, err)
		assert.Empty(t, all)
		status, log := s.exit(t)
		assert.Zero(t, status)
		assert.NotContains(t, log, "unfinished", model)
		assert.NotContains(t, log, "asked twice", model)
	}
}

// A stop that comes while a child is only just starting must not cost it its client.
func TestAStopWhileAChildStarts(t *testing.T) {
	for range 8 {
		s := launch(t, "process", "-host=127.0.0.1", "-apps=wait", free)
		c := s.dial(t, "wait")
		_, err := io.WriteString(c, "1\n2\n")
		require.NoError(t, err)
		require.Eventually(t, func() bool { return len(s.children(t)) == 1 }, 20*time.Second, 50*time.Microsecond)
		require.NoError(t, s.Process.Signal(syscall.SIGTERM))
		all, err := io.ReadAll(c)
		require.NoError(t, err, "a reset")
		assert.Equal(t, "waited 1\nwaited 2\n", string(all))
		status, _ := s.exit(t)
		assert.Zero(t, status)
	}
}

// Asked twice, a server ends at once, and waits for the children that it kills.
func TestASecondStopLeavesNoChild(t *testing.T) {
	s := launch(t, "process", "-host=127.0.0.1", "-apps=wait", free)
	c := s.dial(t, "wait")
	ask(t, c, "1\n", "waited 1\n")
	_, err := io.WriteString(c, "10000\n")
	require.NoError(t, err)
	arrived(t, c)
	pids := s.settled(t, 1)
	require.NoError(t, s.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { // two signals at once are one
		conn, err := net.Dial("tcp", c.RemoteAddr().String())
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, 20*time.Second, time.Millisecond)
	require.NoError(t, s.Process.Signal(syscall.SIGTERM))
	status, log := s.exit(t)
	assert.Zero(t, status)
	assert.Contains(t, log, "asked twice")
	assert.NoDirExists(t, "/proc/"+strconv.Itoa(pids[0]), "not even as a zombie")
}

func TestChildrenDieWithTheirParent(t *testing.T) {
	s := launch(t, "prefork", "-host=127.0.0.1", "-pool=3", "-apps=echo", free)
	pids := s.settled(t, 3)
	require.NoError(t, s.Process.Kill())
	_ = s.Wait()
	for _, pid := range pids {
		assert.Eventually(t, func() bool {
			state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
			return err != nil || strings.Contains(string(state), ") Z ")
		}, 10*time.Second, time.Millisecond)
	}
}

func TestALostChildOfAPoolIsReplaced(t *testing.T) {
	s := launch(t, "prefork", "-host=127.0.0.1", "-pool=2", "-apps=echo", free)
	before := s.settled(t, 2)
	require.NoError(t, syscall.Kill(before[0], syscall.SIGKILL))
	require.Eventually(t, func() bool {
		now := s.children(t)
		return len(now) == 2 && now[0] != before[0] && now[1] != before[0]
	}, 20*time.Second, time.Millisecond)
	a, b := s.dial(t, "echo"), s.dial(t, "echo")
	ask(t, a, "a", "a")
	ask(t, b, "b", "b")
	third := s.dial(t, "echo")
	_, err := io.WriteString(third, "waits")
	require.NoError(t, err)
	require.NoError(t, a.Close())
	ask(t, third, "", "waits")
}

func TestNoRoomForAChild(t *testing.T) {
	s := &Server{kind: Processes}
	s.bound()
	assert.Positive(t, s.limit)
	threads := &Server{kind: Threads}
	threads.bound()
	assert.Less(t, s.limit, threads.limit, "a process takes more than a thread")
	assert.Equal(t, s.limit, s.Fit(s.limit+1))
	assert.Equal(t, 1, s.Fit(1))
	pool := &Server{kind: Loop, name: "loop"}
	assert.Less(t, pool.Fit(1<<30), 1<<30, "the threads beside a loop have a bound, too")
	assert.Equal(t, 4, pool.Fit(4))
	assert.Zero(t, pool.limit, "its conversations have none")
	threads.ThreadsEach(3)
	assert.Positive(t, threads.limit)
}
