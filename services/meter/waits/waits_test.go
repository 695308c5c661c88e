package waits

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/meter/proc"
)

// thread is a made-up thread: its name and the call it sits in.
type thread struct{ name, call string }

// process makes up one process of an executable and its threads, numbered from pid.
func process(t *testing.T, root string, pid int, program string, threads ...thread) proc.Process {
	t.Helper()
	info, err := arch.GetInfo("")
	require.NoError(t, err)
	dir := filepath.Join(root, strconv.Itoa(pid))
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.Symlink("/"+program, filepath.Join(dir, "exe")))
	for i, th := range threads {
		line := th.call
		if n, ok := info.SyscallNames[th.call]; ok {
			line = strconv.Itoa(n) + " 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8"
		}
		task := filepath.Join(dir, "task", strconv.Itoa(pid+i))
		require.NoError(t, os.MkdirAll(task, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(task, "comm"), []byte(th.name+"\n"), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(task, "syscall"), []byte(line+"\n"), 0o644))
	}
	return proc.Process{PID: pid, State: 'S'}
}

func TestCount(t *testing.T) {
	cases := []struct {
		name    string
		program string
		threads []thread
		serving map[string]int
		idle    map[string]int
	}{
		{
			"named threads serve, and nothing else does", "threadpool",
			[]thread{{"threadpool", "futex"}, {"serve 1", "futex"}, {"serve 2", "recvfrom"}, {"threadpool", "epoll_pwait"}},
			map[string]int{"futex": 1, "recvfrom": 1},
			map[string]int{"futex": 1, "epoll_pwait": 1},
		},
		{
			"without names, who waits for the network serves", "goroutine",
			[]thread{{"goroutine", "epoll_pwait"}, {"goroutine", "futex"}, {"goroutine", "futex"}, {"goroutine", "nanosleep"}},
			map[string]int{"epoll_pwait": 1},
			map[string]int{"futex": 2, "nanosleep": 1},
		},
		{
			"running is no system call", "epoll",
			[]thread{{"serve", "running"}, {"epoll", "futex"}},
			map[string]int{"running": 1},
			map[string]int{"futex": 1},
		},
		{
			"a program called server names nobody", "server",
			[]thread{{"server", "accept4"}, {"server", "futex"}},
			map[string]int{"accept4": 1},
			map[string]int{"futex": 1},
		},
		{
			"if nobody serves, the main thread does", "stuck",
			[]thread{{"stuck", "nanosleep"}, {"stuck", "futex"}},
			map[string]int{"nanosleep": 1},
			map[string]int{"futex": 1},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			p := process(t, root, 7, c.program, c.threads...)
			w, err := Count(proc.FS(root), []proc.Process{p})
			require.NoError(t, err)
			assert.Equal(t, 1, w.Processes)
			assert.Equal(t, len(c.threads), w.Threads)
			assert.Equal(t, c.serving, w.Serving)
			assert.Equal(t, c.idle, w.Idle)
		})
	}
}

func TestCountOverProcesses(t *testing.T) {
	root := t.TempDir()
	parent := process(t, root, 10, "prefork", thread{"prefork", "wait4"}, thread{"prefork", "futex"})
	one := process(t, root, 20, "prefork", thread{"serve", "accept4"})
	two := process(t, root, 30, "prefork", thread{"serve", "recvfrom"})
	w, err := Count(proc.FS(root), []proc.Process{parent, one, two, {PID: 40, State: 'S'}, {PID: 50, State: 'Z'}})
	require.NoError(t, err)
	assert.Equal(t, 3, w.Processes, "one ended meanwhile, one is a zombie")
	assert.Equal(t, 4, w.Threads)
	assert.Equal(t, map[string]int{"accept4": 1, "recvfrom": 1}, w.Serving)
	assert.Equal(t, map[string]int{"wait4": 1, "futex": 1}, w.Idle)
}

func TestCountOfNothing(t *testing.T) {
	w, err := Count(proc.FS(t.TempDir()), nil)
	require.NoError(t, err)
	assert.Zero(t, w.Processes)
	assert.NotNil(t, w.Serving)
	assert.NotNil(t, w.Idle)
}

func TestCountSaysWhatItMayNotRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	root := t.TempDir()
	p := process(t, root, 7, "x", thread{"x", "futex"})
	require.NoError(t, os.Chmod(filepath.Join(root, "7/task/7/syscall"), 0))
	stat := func(state, pages string) {
		line := "7 (x) " + state + " 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 0 0 0\n"
		require.NoError(t, os.WriteFile(filepath.Join(root, "7/stat"), []byte(line), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(root, "7/statm"), []byte(pages+" 0 0 0 0 0 0\n"), 0o644))
	}
	stat("S", "100")
	_, err := Count(proc.FS(root), []proc.Process{p})
	require.ErrorContains(t, err, "ptrace_scope")

	for _, ending := range [][2]string{{"Z", "100"}, {"R", "0"}} {
		stat(ending[0], ending[1])
		w, err := Count(proc.FS(root), []proc.Process{p})
		require.NoError(t, err, "one that is ending may not be looked at by anybody")
		assert.Zero(t, w.Processes)
	}
}
