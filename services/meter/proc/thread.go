package proc

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/elastic/go-seccomp-bpf/arch"
)

// Thread is where one thread is.
type Thread struct {
	TID  int
	Name string // as prctl(2) PR_SET_NAME left it, at most 15 bytes
	Call string // the system call it sits in; Running, or Blocked
}

// What Thread.Call says of a thread that sits in no system call.
const (
	Running = "running" // on a CPU, or waiting for one
	Blocked = "blocked" // asleep outside of system calls: in a page fault, or stopped
)

// Threads returns the threads of a process. Threads that end meanwhile are
// left out. /proc/PID/task/TID/syscall may be read where ptrace(2) would be
// allowed: by the same user, of a program that this user may read, and under
// Yama by an ancestor.
func (f FS) Threads(pid int) ([]Thread, error) {
	dir := f.of(pid, "task")
	tids, err := numbers(dir)
	if err != nil {
		return nil, err
	}
	var buf [256]byte
	out := make([]Thread, 0, len(tids))
	for _, tid := range tids {
		base := dir + "/" + strconv.Itoa(tid)
		name, err := readFile(base+"/comm", buf[:])
		if err != nil {
			if gone(err) {
				continue
			}
			return nil, err
		}
		t := Thread{TID: tid, Name: string(bytes.TrimSuffix(name, []byte("\n")))}
		line, err := readFile(base+"/syscall", buf[:])
		if err != nil {
			if gone(err) {
				continue
			}
			return nil, err
		}
		if t.Call, err = parseSyscall(line); err != nil {
			return nil, fmt.Errorf("parse %s/syscall: %w", base, err)
		}
		out = append(out, t)
	}
	return out, nil
}

// parseSyscall reads "running", "-1 SP PC", or "NUMBER ARG... SP PC".
func parseSyscall(line []byte) (string, error) {
	first, _, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
	if string(first) == Running {
		return Running, nil
	}
	n, err := strconv.Atoi(string(first))
	if err != nil {
		return "", fmt.Errorf("%q does not begin with a number", line)
	}
	if n < 0 {
		return Blocked, nil
	}
	return callName(n), nil
}

func callName(n int) string {
	if info, err := arch.GetInfo(""); err == nil {
		if name, ok := info.SyscallNumbers[n]; ok {
			return name
		}
	}
	return "syscall_" + strconv.Itoa(n)
}

// Program is the base name of the file that a process executes, or "" where it may not be read.
func (f FS) Program(pid int) string {
	target, err := os.Readlink(f.of(pid, "exe"))
	if err != nil {
		return ""
	}
	return filepath.Base(target)
}
