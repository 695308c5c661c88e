package museum

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/pin"
)

func pid() string { return strconv.Itoa(os.Getpid()) }

// children are the processes that this one started and that still are there.
func children(t *testing.T) (found []string) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	require.NoError(t, err)
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		_, after, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(after); len(fields) > 1 && fields[1] == pid() {
			found = append(found, string(text))
		}
	}
	return found
}

func opened(t *testing.T) *room {
	r, err := enter(Options{Time: MinTime})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, r.close()) })
	return r
}

func TestServersAnswerWholeRequestsOnly(t *testing.T) {
	r := opened(t)
	request := strings.Repeat("abcdefgh", message/8)
	const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, c := range []struct {
		name  string
		h     how
		asked []string
		want  string
	}{
		{"whole", how{}, []string{request}, request},
		{"in pieces", how{}, []string{request[:10], request[10:]}, request},
		{"two at once", how{Parts: 3}, []string{request + request}, request + request},
		{"slow", how{Work: time.Millisecond, Nagle: true}, []string{request}, request},
		{"spinning", how{Spin: true}, []string{request}, request},
		{"on the net package", how{Net: true}, []string{request[:10], request[10:] + request}, request + request},
		{"page", how{Page: true}, []string{get[:20], get[20:]}, page},
		{"the last page", how{Page: true}, []string{"GET / HTTP/1.1\r\nConnection: close\r\n\r\n" + get}, page},
	} {
		s, err := r.serve(c.h)
		require.NoError(t, err, c.name)
		relay, err := r.start(anyCPU, relayArg, s.addr)
		require.NoError(t, err, c.name)
		for _, addr := range []string{s.addr, relay.addr} {
			assert.Equal(t, c.want, answer(t, addr, c.asked), c.name)
		}
	}
}

// answer is what comes back to what is sent in these pieces, until as much as was asked for has come, or the end.
func answer(t *testing.T, addr string, pieces []string) string {
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer c.Close()
	for _, p := range pieces {
		_, err = io.WriteString(c, p)
		require.NoError(t, err)
	}
	require.NoError(t, c.(*net.TCPConn).CloseWrite())
	got, _ := io.ReadAll(c) // a reset after the last page is no matter
	return string(got)
}

func TestServersArePinnedAndCounted(t *testing.T) {
	r := opened(t)
	s, err := r.serve(how{Spin: true})
	require.NoError(t, err)
	status, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/status")
	require.NoError(t, err)
	assert.Contains(t, string(status), "\nCpus_allowed_list:\t"+strconv.Itoa(r.Servers[0])+"\n")
	before, err := s.cpu()
	require.NoError(t, err)
	assert.Eventually(t, func() bool {
		after, err := s.cpu()
		return err == nil && after > before
	}, time.Minute, time.Millisecond, "it spins")
	allowed, err := pin.Allowed()
	require.NoError(t, err)
	assert.Contains(t, allowed, r.Servers[0])
}

func TestSwitchesAreCounted(t *testing.T) {
	r := opened(t)
	s, err := r.serve(how{})
	require.NoError(t, err)
	request := strings.Repeat("x", message)
	before, err := s.switches()
	require.NoError(t, err)
	assert.Eventually(t, func() bool { // each time it has to be woken, unless it had not yet gone to sleep
		assert.Equal(t, request, answer(t, s.addr, []string{request}))
		after, err := s.switches()
		return err == nil && after > before
	}, time.Minute, time.Millisecond)
	require.NoError(t, r.close())
	_, err = s.switches()
	assert.ErrorContains(t, err, "it has no threads")
}

func TestARoomWithinTheRoomEndsFirst(t *testing.T) {
	r := opened(t)
	_, _, err := r.facing(t.Context(), 1, how{})
	require.NoError(t, err)
	one := len(children(t))
	require.NoError(t, r.briefly(func(inner *room) error {
		_, _, err := inner.facing(t.Context(), 1, how{}, how{})
		assert.Len(t, children(t), one+2)
		return err
	}))
	assert.Len(t, children(t), one)
	assert.ErrorIs(t, r.briefly(func(*room) error { return errTooShort }), errTooShort)
}

func TestAFrozenServerRunsAgain(t *testing.T) {
	r := opened(t)
	s, err := r.serve(how{})
	require.NoError(t, err)
	require.NoError(t, s.freeze(t.Context(), 0, time.Millisecond)())
	request := strings.Repeat("x", message)
	assert.Equal(t, request, answer(t, s.addr, []string{request}))
	require.NoError(t, new(checks).check(r.Servers[0], s.addr))
}

func TestAHealthCheckOfNobodyFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	k := new(checks)
	require.ErrorContains(t, k.check(opened(t).Servers[0], addr), "a health check of "+addr)
	assert.Zero(t, k.made)
}

func TestOwnCgroup(t *testing.T) {
	root := t.TempDir()
	proc := filepath.Join(root, "proc")
	make := func(dirs ...string) {
		for _, d := range dirs {
			require.NoError(t, os.MkdirAll(filepath.Join(root, d), 0o700))
		}
	}
	list := func(text string) { require.NoError(t, os.WriteFile(proc, []byte(text), 0o600)) }

	list("0::/user/x\n")
	_, _, err := ownCgroup(root, proc)
	require.ErrorAs(t, err, new(*Unsupported))
	_, _, err = ownCgroup(root, proc+"/nothing")
	require.ErrorAs(t, err, new(*Unsupported))

	require.NoError(t, os.WriteFile(filepath.Join(root, "cgroup.controllers"), []byte("cpu\n"), 0o600))
	make("user/x", "cpu,cpuacct/a b")
	dir, v2, err := ownCgroup(root, proc)
	require.NoError(t, err)
	assert.True(t, v2)
	assert.Equal(t, filepath.Join(root, "user"), dir, "beside its own")

	list("9:memory:/m\n4:cpu,cpuacct:/a b\n0::/user/x\n")
	dir, v2, err = ownCgroup(root, proc)
	require.NoError(t, err)
	assert.False(t, v2)
	assert.Equal(t, filepath.Join(root, "cpu,cpuacct/a b"), dir)

	list("4:cpu,cpuacct:/seen/from/outside\n")
	dir, _, err = ownCgroup(root, proc)
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(root, "cpu,cpuacct"), dir, "in a container")
}

func TestAQuotaStopsAServer(t *testing.T) {
	r := opened(t)
	group, err := newCgroup(time.Millisecond)
	if u := new(Unsupported); errors.As(err, &u) {
		t.Skip(u)
	}
	require.NoError(t, err)
	r.atEnd(group.remove)
	s, err := r.serve(how{Spin: true})
	require.NoError(t, err)
	require.NoError(t, group.hold(s.cmd.Process.Pid))
	assert.Eventually(t, func() bool {
		times, waited, err := group.throttled()
		return err == nil && times > 0 && waited > 0
	}, time.Minute, time.Millisecond)
}

func TestSweepLeavesWhatLives(t *testing.T) {
	own := t.TempDir()
	lives, left := filepath.Join(own, cgroupPrefix+pid()), filepath.Join(own, cgroupPrefix+"999999999")
	require.NoError(t, os.Mkdir(lives, 0o700))
	require.NoError(t, os.Mkdir(left, 0o700))
	sweep(own)
	assert.DirExists(t, lives)
	assert.NoDirExists(t, left)
}

func TestCgroupWritesAndReads(t *testing.T) {
	for _, v2 := range []bool{false, true} {
		c := cgroup{dir: t.TempDir(), v2: v2}
		require.NoError(t, c.limit(50*time.Millisecond))
		name, want, stat := "cpu.cfs_quota_us", "50000", "nr_periods 9\nnr_throttled 3\nthrottled_time 2000000\n"
		if v2 {
			name, want, stat = "cpu.max", "50000 100000", "usage_usec 7\nnr_throttled 3\nthrottled_usec 2000\n"
		}
		text, err := os.ReadFile(filepath.Join(c.dir, name))
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
		_, _, err = c.throttled()
		require.Error(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(c.dir, "cpu.stat"), []byte(stat), 0o600))
		times, waited, err := c.throttled()
		require.NoError(t, err)
		assert.Equal(t, 3, times)
		assert.Equal(t, 2*time.Millisecond, waited)
	}
}
