package kernelfacts

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// nofiles are the limits on descriptors that are tried.
var nofiles = []int{512, 1024, 2048, 4096}

func limits() (Answer, error) {
	a := newAnswer()
	a.Figures["fd_setsize"] = unix.FD_SETSIZE
	var own unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &own); err != nil {
		return a, os.NewSyscallError("getrlimit", err)
	}
	a.Figures["nofile_soft"], a.Figures["nofile_hard"] = float64(own.Cur), float64(own.Max)
	if err := a.machineWide(); err != nil {
		return a, err
	}
	pair, err := socketPair()
	if err != nil {
		return a, err
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	if _, err := unix.Write(pair[1], []byte("ready")); err != nil {
		return a, os.NewSyscallError("write", err)
	}
	for _, n := range nofiles {
		if uint64(n) > own.Max {
			a.Notes[fmt.Sprintf("nofile_%d", n)] = fmt.Sprintf("not tried: the hard limit on descriptors is %d here; raise it (ulimit -Hn)", own.Max)
			continue
		}
		if err := a.withLimit(n, own.Max, pair[0]); err != nil {
			return a, fmt.Errorf("with %d descriptors at most: %w", n, err)
		}
	}
	return a, nil
}

// machineWide reads what limits files in the whole machine.
func (a Answer) machineWide() error {
	for figure, file := range map[string]string{"file_max": "file-max", "files_open": "file-nr", "nr_open": "nr_open"} {
		text, err := os.ReadFile("/proc/sys/fs/" + file)
		if err != nil {
			return err
		}
		first, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\t")
		if a.Figures[figure], err = strconv.ParseFloat(first, 64); err != nil {
			return fmt.Errorf("read /proc/sys/fs/%s: %w", file, err)
		}
	}
	a.Notes["file_max"] = "open files of all processes together, not of one; a process's descriptors end at its RLIMIT_NOFILE, and that at nr_open"
	return nil
}

// withLimit sets this process's limit, and finds the highest descriptors there are, by set and by call.
func (a Answer) withLimit(n int, hard uint64, ready int) error {
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(n), Max: hard}); err != nil {
		return os.NewSyscallError("setrlimit", err)
	}
	prefix := fmt.Sprintf("nofile_%d_", n)
	highest := -1
	for fd := n + 1; fd >= 0 && highest < 0; fd-- { // from where none can be
		switch err := duplicate(ready, fd); {
		case err == nil:
			highest = fd
			defer unix.Close(fd)
		case !errors.Is(err, unix.EBADF): // which says: not below the limit
			return err
		}
	}
	a.Figures[prefix+"highest"] = float64(highest)
	inSet, refusal := highestInSet(highest)
	a.Figures[prefix+"fdset_highest"] = float64(inSet)
	if refusal != "" {
		a.Notes["fdset"] = refusal
	}
	bySelect, err := highestSelected(ready, highest)
	a.Figures[prefix+"select_highest"] = float64(bySelect)
	return err
}

// highestInSet returns the highest descriptor, up to that one, which has a bit in an fd_set, and what the type says of the next.
func highestInSet(last int) (highest int, refusal string) {
	highest = -1
	defer func() {
		if problem := recover(); problem != nil {
			refusal = fmt.Sprintf("FdSet.Set(%d): %v; FD_SET in C checks nothing and writes past the set's end", highest+1, problem)
		}
	}()
	var s unix.FdSet
	for fd := range last + 1 {
		s.Set(fd)
		highest = fd
	}
	return highest, ""
}

// highestSelected returns the highest descriptor, up to that one, at which select(2) finds the
// socket ready when it is given a set that is large enough.
func highestSelected(ready, last int) (int, error) {
	for _, fd := range []int{last, unix.FD_SETSIZE, unix.FD_SETSIZE - 1} {
		if fd > last {
			continue
		}
		if fd != last {
			if err := duplicate(ready, fd); err != nil {
				return -1, err
			}
			defer unix.Close(fd)
		}
		s := newSet(fd + 1)
		s.add(fd)
		if err := selectNow(fd+1, s, nil); err == nil && s.has(fd) {
			return fd, nil
		}
	}
	return -1, nil
}
