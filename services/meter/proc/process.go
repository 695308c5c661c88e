package proc

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// userHZ is the unit of times in /proc/PID/stat: 1/100 s on every architecture
// that Go supports, whatever the kernel's own HZ is.
const userHZ = 100

// Process is what /proc/PID/stat says of one process.
type Process struct {
	PID, Parent, Group int
	Name               string // at most 15 bytes
	State              byte   // R, S, D, T, Z, ...
	Threads            int

	// CPU time of its threads, ended ones too, and of its children that it
	// waited for; sampled by ticks and cut to 10 ms.
	User, System           time.Duration
	ChildUser, ChildSystem time.Duration
}

// Zombie says whether the process has ended and only awaits being waited for.
func (p Process) Zombie() bool { return p.State == 'Z' || p.State == 'X' }

// Ending says whether a process is on its way out, or gone. Between giving up its memory and
// becoming a zombie it can't be looked into: the kernel answers EPERM, to its owner as well.
func (f FS) Ending(pid int) bool {
	p, err := f.Process(pid)
	if err != nil || p.Zombie() {
		return true
	}
	var buf [128]byte
	b, err := readFile(f.of(pid, "statm"), buf[:])
	return err != nil || bytes.HasPrefix(b, []byte("0 "))
}

// Stopped says whether each thread of a process is stopped by a signal, or has ended.
func (f FS) Stopped(pid int) bool {
	dir := f.of(pid, "task")
	tids, err := numbers(dir)
	if err != nil {
		return gone(err)
	}
	var buf [1024]byte
	for _, tid := range tids {
		b, err := readFile(dir+"/"+strconv.Itoa(tid)+"/stat", buf[:])
		if err != nil {
			if gone(err) {
				continue
			}
			return false
		}
		if t, err := parseStat(b); err != nil || t.State != 'T' && t.State != 't' && !t.Zombie() {
			return false
		}
	}
	return true
}

// Process returns one process.
func (f FS) Process(pid int) (Process, error) {
	var buf [1024]byte
	return f.process(pid, buf[:])
}

func (f FS) process(pid int, buf []byte) (Process, error) {
	b, err := readFile(f.of(pid, "stat"), buf)
	if err != nil {
		return Process{}, err
	}
	p, err := parseStat(b)
	if err != nil {
		return Process{}, fmt.Errorf("parse %s: %w", f.of(pid, "stat"), err)
	}
	return p, nil
}

// Descendants returns every process below root, which itself is left out. It
// reads all of /proc rather than task/*/children: those files are one per
// thread, and a service may have ten thousand.
//
// Processes that end or start while it reads may be missed.
func (f FS) Descendants(root int) ([]Process, error) {
	pids, err := numbers(f.path())
	if err != nil {
		return nil, err
	}
	var buf [1024]byte
	children := map[int][]Process{}
	for _, pid := range pids {
		p, err := f.process(pid, buf[:])
		if err != nil {
			if gone(err) {
				continue
			}
			return nil, err
		}
		children[p.Parent] = append(children[p.Parent], p)
	}
	out := children[root]
	for i := 0; i < len(out); i++ {
		out = append(out, children[out[i].PID]...)
	}
	return out, nil
}

// parseStat reads the line of /proc/PID/stat. The name stands in parentheses
// and may hold spaces and parentheses itself, so the last ")" ends it.
func parseStat(b []byte) (Process, error) {
	open, shut := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 1 || shut < open {
		return Process{}, fmt.Errorf("no name in parentheses in %q", b)
	}
	field := strings.Fields(string(b[shut+1:]))
	if len(field) < 18 {
		return Process{}, fmt.Errorf("%d fields after the name, not 18 or more", len(field))
	}
	var bad error
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil && bad == nil {
			bad = err
		}
		return n
	}
	ticks := func(s string) time.Duration { return time.Duration(number(s)) * time.Second / userHZ }
	p := Process{
		PID:  number(strings.TrimSpace(string(b[:open]))),
		Name: string(b[open+1 : shut]), State: field[0][0],
		Parent: number(field[1]), Group: number(field[2]),
		User: ticks(field[11]), System: ticks(field[12]),
		ChildUser: ticks(field[13]), ChildSystem: ticks(field[14]),
		Threads: number(field[17]),
	}
	return p, bad
}
