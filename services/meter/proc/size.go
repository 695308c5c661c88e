package proc

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Resident returns the memory of a process in bytes and how it was taken:
// "pss" charges a page that n processes map with 1/n to each of them, so that
// the sum over a service's processes is what they occupy; "rss", where pss may
// not be read, counts the pages of the program they share once for each.
func (f FS) Resident(pid int) (bytes uint64, kind string, err error) {
	var buf [4096]byte
	if b, err := readFile(f.of(pid, "smaps_rollup"), buf[:]); err == nil {
		if kb, ok := field(b, "Pss:"); ok {
			return kb << 10, "pss", nil
		}
	}
	b, err := readFile(f.of(pid, "statm"), buf[:])
	if err != nil {
		return 0, "", err
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0, "", fmt.Errorf("parse %s: no second field in %q", f.of(pid, "statm"), b)
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return 0, "", fmt.Errorf("parse %s: %w", f.of(pid, "statm"), err)
	}
	return pages * uint64(os.Getpagesize()), "rss", nil
}

// Descriptors returns how many descriptors a process has open. Since Linux 6.2
// that is the size of /proc/PID/fd; before, it is 0 and the entries are counted.
func (f FS) Descriptors(pid int) (int, error) {
	dir := f.of(pid, "fd")
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err == nil && st.Size > 0 && st.Mode&unix.S_IFMT == unix.S_IFDIR && f.real() {
		return int(st.Size), nil
	}
	fds, err := numbers(dir)
	return len(fds), err
}

// real tells the kernel's proc from a made-up tree, where a directory's size means something else.
func (f FS) real() bool {
	var st unix.Statfs_t
	return unix.Statfs(string(f), &st) == nil && st.Type == unix.PROC_SUPER_MAGIC
}

// Switches returns how often the living threads of a process gave up the CPU: to wait, and because they had to.
func (f FS) Switches(pid int) (voluntary, involuntary uint64, err error) {
	dir := f.of(pid, "task")
	tids, err := numbers(dir)
	if err != nil {
		return 0, 0, err
	}
	var buf [4096]byte
	for _, tid := range tids {
		b, err := readFile(dir+"/"+strconv.Itoa(tid)+"/status", buf[:])
		if err != nil {
			if gone(err) {
				continue
			}
			return 0, 0, err
		}
		v, _ := field(b, "voluntary_ctxt_switches:")
		n, _ := field(b, "nonvoluntary_ctxt_switches:")
		voluntary, involuntary = voluntary+v, involuntary+n
	}
	return voluntary, involuntary, nil
}

// NoFile returns the soft limit of open descriptors of a process; +Inf: none.
func (f FS) NoFile(pid int) (float64, error) {
	var buf [4096]byte
	b, err := readFile(f.of(pid, "limits"), buf[:])
	if err != nil {
		return 0, err
	}
	_, rest, ok := bytes.Cut(b, []byte("Max open files"))
	fields := strings.Fields(string(rest))
	if !ok || len(fields) == 0 {
		return 0, fmt.Errorf("parse %s: no line Max open files", f.of(pid, "limits"))
	}
	if fields[0] == "unlimited" {
		return math.Inf(1), nil
	}
	return strconv.ParseFloat(fields[0], 64)
}

// AllowedCPUs returns the CPUs that a process may run on, by its cpuset and
// its affinity together, as a list such as "0" or "0-3,8", and their number.
func (f FS) AllowedCPUs(pid int) (list string, n int, err error) {
	var buf [8192]byte
	b, err := readFile(f.of(pid, "status"), buf[:])
	if err != nil {
		return "", 0, err
	}
	_, rest, ok := bytes.Cut(b, []byte("\nCpus_allowed_list:"))
	if !ok {
		return "", 0, fmt.Errorf("parse %s: no line Cpus_allowed_list", f.of(pid, "status"))
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	list = strings.TrimSpace(string(line))
	cpus, err := ParseCPUs(list)
	return list, len(cpus), err
}

// Somaxconn returns the bound that the kernel puts on every listen(2) backlog in this network namespace.
func (f FS) Somaxconn() (int, error) {
	var buf [32]byte
	b, err := readFile(f.path("sys", "net", "core", "somaxconn"), buf[:])
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}

// ParseCPUs reads a list of CPU numbers in the format of cpuset(7): "0", "0-3,8".
func ParseCPUs(list string) ([]int, error) {
	var out []int
	for _, part := range strings.Split(list, ",") {
		from, to, ranged := strings.Cut(strings.TrimSpace(part), "-")
		a, err := strconv.Atoi(from)
		b := a
		if err == nil && ranged {
			b, err = strconv.Atoi(to)
		}
		if err != nil || a < 0 || b < a || b > 8191 {
			return nil, fmt.Errorf("%q is no list of CPUs such as 0 or 0-3,8", list)
		}
		for ; a <= b; a++ {
			out = append(out, a)
		}
	}
	return out, nil
}

// field returns the number that follows key at the beginning of a line.
func field(b []byte, key string) (uint64, bool) {
	for line := range bytes.Lines(b) {
		if rest, ok := bytes.CutPrefix(line, []byte(key)); ok {
			word := bytes.Fields(rest)
			if len(word) == 0 {
				return 0, false
			}
			n, err := strconv.ParseUint(string(word[0]), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
