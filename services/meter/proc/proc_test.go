package proc

import (
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tree makes up a proc file system of these files.
func tree(t *testing.T, files map[string]string) FS {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return FS(root)
}

func stat(pid int, name string, state byte, parent, group int) string {
	return fmt.Sprintf("%d (%s) %c %d %d 1 0 -1 4194304 0 0 0 0 250 125 30 10 20 0 7 0 100 1 2 3", pid, name, state, parent, group)
}

func TestProcessParsesAnyName(t *testing.T) {
	f := tree(t, map[string]string{"12/stat": stat(12, "a) S 9 (b", 'S', 3, 12)})
	p, err := f.Process(12)
	require.NoError(t, err)
	assert.Equal(t, Process{
		PID: 12, Name: "a) S 9 (b", State: 'S', Parent: 3, Group: 12, Threads: 7,
		User: 2500 * time.Millisecond, System: 1250 * time.Millisecond,
		ChildUser: 300 * time.Millisecond, ChildSystem: 100 * time.Millisecond,
	}, p)
}

func TestProcessRefusesNonsense(t *testing.T) {
	for _, line := range []string{"", "12", "12 (x) S", "12 (x) S 1 2 3 4 5 6 7 8 9 10 x 12 13 14 15 16 17 18"} {
		f := tree(t, map[string]string{"12/stat": line})
		_, err := f.Process(12)
		assert.Error(t, err, "%q", line)
	}
}

func TestDescendants(t *testing.T) {
	f := tree(t, map[string]string{
		"1/stat": stat(1, "init", 'S', 0, 1), "5/stat": stat(5, "meter", 'S', 1, 5),
		"7/stat": stat(7, "service", 'S', 5, 7), "9/stat": stat(9, "child", 'Z', 7, 7),
		"8/stat": stat(8, "orphan", 'S', 5, 8), "6/stat": stat(6, "check", 'S', 0, 6),
		"10/comm": "ended between two reads\n", "net/tcp": "",
	})
	found, err := f.Descendants(5)
	require.NoError(t, err)
	var pids []int
	for _, p := range found {
		pids = append(pids, p.PID)
		assert.Equal(t, p.PID == 9, p.Zombie())
	}
	assert.ElementsMatch(t, []int{7, 8, 9}, pids)
}

func TestStoppedAreAllThreadsOrNone(t *testing.T) {
	f := tree(t, map[string]string{
		"12/task/12/stat": stat(12, "a", 'T', 3, 12), "12/task/13/stat": stat(13, "b", 't', 3, 12), "12/task/14/stat": stat(14, "c", 'Z', 3, 12),
		"20/task/20/stat": stat(20, "a", 'T', 3, 20), "20/task/21/stat": stat(21, "b", 'R', 3, 20),
		"30/task/30/stat": "30 nonsense",
	})
	assert.True(t, f.Stopped(12), "by a signal, by a tracer, and one that has ended")
	assert.False(t, f.Stopped(20))
	assert.False(t, f.Stopped(30))
	assert.True(t, f.Stopped(99), "what has gone does not move")
}

func TestThreads(t *testing.T) {
	f := tree(t, map[string]string{
		"7/task/7/comm": "service\n", "7/task/7/syscall": "running\n",
		"7/task/8/comm": "serve 1\n", "7/task/8/syscall": "0 0x3 0x7f 0x20 0x0 0x0 0x0 0x7ffe 0x7fee\n",
		"7/task/9/comm": "service\n", "7/task/9/syscall": "-1 0x7ffe 0x7fee\n",
		"7/task/11/comm": "ended between two reads\n",
	})
	threads, err := f.Threads(7)
	require.NoError(t, err)
	assert.ElementsMatch(t, []Thread{{7, "service", Running}, {8, "serve 1", callName(0)}, {9, "service", Blocked}}, threads)
}

func TestThreadsOfAnUnknownCall(t *testing.T) {
	name, err := parseSyscall([]byte("4095 0x0\n"))
	require.NoError(t, err)
	assert.Equal(t, "syscall_4095", name)
	_, err = parseSyscall([]byte("sleeping\n"))
	assert.Error(t, err)
}

// header and line are as wide as the kernel pads them.
func tcpFile(lines ...string) string {
	s := fmt.Sprintf("%-149s\n", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode")
	for i, l := range lines {
		s += fmt.Sprintf("%-149s\n", fmt.Sprintf("%4d: %s", i, l))
	}
	return s
}

const rest = " 00000000:00000000 00:00000000 00000000     0        0 "

func TestListeners(t *testing.T) {
	four := []string{
		"00000000:1B5F 00000000:0000 0A" + rest + "1631 1 0 100 0 0 10 0",
		"0100007F:1B61 00000000:0000 0A" + rest + "1632 1 0 100 0 0 10 0",
	}
	for range 100 { // more than one buffer
		four = append(four, "0300007F:1F49 00000000:0000 0A"+rest+"77 1 0 100 0 0 10 0")
	}
	four = append(four, "0100007F:1B5F 0100007F:9999 01"+rest+"1699 1", "this is not read")
	f := tree(t, map[string]string{
		"net/tcp":  tcpFile(four...),
		"net/tcp6": tcpFile("00000000000000000000000000000000:1F40 00000000000000000000000000000000:0000 0A" + rest + "1640 1 0 100 0 0 10 0"),
	})
	found, err := f.Listeners()
	require.NoError(t, err)
	require.Len(t, found, 103)
	accepts := func(addr string) (inodes []uint64) {
		for _, l := range found {
			if l.Accepts(netip.MustParseAddrPort(addr)) {
				inodes = append(inodes, l.Inode)
			}
		}
		return inodes
	}
	assert.Equal(t, []uint64{1631}, accepts("127.0.0.1:7007"))
	assert.Equal(t, []uint64{1632}, accepts("127.0.0.1:7009"))
	assert.Empty(t, accepts("127.0.0.2:7009"))
	assert.Equal(t, []uint64{1640}, accepts("127.0.0.1:8000"), "a wildcard of IPv6 takes IPv4, too")
}

func TestListenersWithoutIPv6(t *testing.T) {
	f := tree(t, map[string]string{"net/tcp": tcpFile()})
	found, err := f.Listeners()
	require.NoError(t, err)
	assert.Empty(t, found)
}

func TestListenersRefuseNonsense(t *testing.T) {
	for _, line := range []string{"x", "0100:1B5F 0:0 0A" + rest + "1", "0100007F:XXXXX 0:0 0A" + rest + "1", "0100007F:1B5F 0:0 0A" + rest + "y"} {
		f := tree(t, map[string]string{"net/tcp": tcpFile(line)})
		_, err := f.Listeners()
		assert.Error(t, err, "%q", line)
	}
}

func TestResident(t *testing.T) {
	f := tree(t, map[string]string{
		"7/smaps_rollup": "5500-7ff ---p 0 00:00 0 [rollup]\nRss:    1688 kB\nPss:     319 kB\nPss_Dirty: 1 kB\n",
		"8/statm":        "1000 12 3 4 5 6 7\n",
		"9/statm":        "x\n",
	})
	n, kind, err := f.Resident(7)
	require.NoError(t, err)
	assert.Equal(t, "pss", kind)
	assert.EqualValues(t, 319<<10, n)
	n, kind, err = f.Resident(8)
	require.NoError(t, err)
	assert.Equal(t, "rss", kind)
	assert.EqualValues(t, 12*os.Getpagesize(), n)
	_, _, err = f.Resident(9)
	assert.Error(t, err)
}

func TestDescriptorsAreCountedWhereTheSizeSaysNothing(t *testing.T) {
	f := tree(t, map[string]string{"7/fd/0": "", "7/fd/1": "", "7/fd/17": ""})
	n, err := f.Descriptors(7)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
}

func TestSwitches(t *testing.T) {
	f := tree(t, map[string]string{
		"7/task/7/status": "Name:\tx\nvoluntary_ctxt_switches:\t10\nnonvoluntary_ctxt_switches:\t3\n",
		"7/task/8/status": "Name:\tx\nvoluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t1\n",
		"7/task/9/comm":   "ended between two reads\n",
	})
	v, i, err := f.Switches(7)
	require.NoError(t, err)
	assert.EqualValues(t, 15, v)
	assert.EqualValues(t, 4, i)
}

func TestLimits(t *testing.T) {
	f := tree(t, map[string]string{
		"7/limits":               "Limit   Soft Limit  Hard Limit  Units\nMax open files            5000                 20000                files     \n",
		"8/limits":               "Max open files            unlimited            unlimited            files     \n",
		"9/limits":               "nothing\n",
		"7/status":               "Name:\tx\nCpus_allowed:\t7\nCpus_allowed_list:\t0-2\nMems_allowed:\t1\n",
		"sys/net/core/somaxconn": "4096\n",
	})
	n, err := f.NoFile(7)
	require.NoError(t, err)
	assert.InDelta(t, 5000, n, 0)
	n, err = f.NoFile(8)
	require.NoError(t, err)
	assert.True(t, math.IsInf(n, 1))
	_, err = f.NoFile(9)
	require.Error(t, err)

	list, cpus, err := f.AllowedCPUs(7)
	require.NoError(t, err)
	assert.Equal(t, "0-2", list)
	assert.Equal(t, 3, cpus)

	backlog, err := f.Somaxconn()
	require.NoError(t, err)
	assert.Equal(t, 4096, backlog)
}

func TestParseCPUs(t *testing.T) {
	cpus, err := ParseCPUs("0-2,8")
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1, 2, 8}, cpus)
	for _, list := range []string{"", "x", "2-1", "-1", "0-", "0,,1", "0-99999999"} {
		_, err := ParseCPUs(list)
		assert.Error(t, err, "%q", list)
	}
}

func TestRealProc(t *testing.T) {
	f, self := FS("/proc"), os.Getpid()
	n, err := f.Descriptors(self)
	require.NoError(t, err)
	assert.Positive(t, n)
	before, err := CPUClock(self)
	require.NoError(t, err)
	assert.Positive(t, before)
	assert.GreaterOrEqual(t, OwnCPUClock(), before)
	assert.Positive(t, Monotonic())
	threads, err := f.Threads(self)
	require.NoError(t, err)
	assert.NotEmpty(t, threads)
	assert.Equal(t, filepath.Base(os.Args[0]), f.Program(self))
	assert.Empty(t, f.Program(1<<30))
}
