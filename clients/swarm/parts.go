package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// part is a process of its own that holds some of a crowd: this program again,
// which leaves at the end of its standard input.
type part struct {
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Scanner
}

// split says how the crowd is divided among processes, each of which may hold so
// many descriptors; just one number if this process can hold them all.
func split(n int, descriptors uint64) []int {
	room := int(min(descriptors, 1<<20)) - reserve
	if n <= room || room < 1 {
		return []int{n}
	}
	parts := make([]int, (n+room-1)/room)
	for i := range parts {
		parts[i] = n / len(parts)
		if i < n%len(parts) {
			parts[i]++
		}
	}
	return parts
}

// descriptors returns how many descriptors a process may hold.
func descriptors() (uint64, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0, fmt.Errorf("getrlimit(RLIMIT_NOFILE): %w", err)
	}
	return limit.Cur, nil
}

// stayIn has several processes stay, and shows the sum of where their crowds stand.
func (s *swarm) stayIn(ctx context.Context, sizes []int) error {
	var parts []*part
	defer func() {
		for _, p := range parts {
			_ = p.in.Close()
			_ = p.cmd.Wait()
		}
	}()
	for _, n := range sizes {
		p, err := s.start(n)
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	leave := sync.OnceFunc(func() {
		for _, p := range parts {
			_ = p.in.Close()
		}
	})
	defer context.AfterFunc(ctx, leave)()
	for range 2 { // once when all have settled, once when all have left
		at, err := sum(parts)
		if err != nil {
			return err
		}
		s.show(at)
		if err := lost(at); err != nil {
			return err
		}
	}
	return nil
}

// start starts a process that holds n clients.
func (s *swarm) start(n int) (*part, error) {
	cmd := exec.Command("/proc/self/exe", "-stay", "-json", "-part", "-n", strconv.Itoa(n),
		"-every", s.every.String(), "-d", s.length.String(), "-seed", strconv.FormatUint(s.seed+uint64(n), 10), s.place.Addr)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C on the terminal is for this process: it ends them in order
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting a process for %d clients: %w", n, err)
	}
	return &part{cmd, in, bufio.NewScanner(out)}, nil
}

// sum adds up what each process says next.
func sum(parts []*part) (total standing, err error) {
	for _, p := range parts {
		if !p.out.Scan() {
			return total, errors.Join(fmt.Errorf("the process %d, which held a part of the clients, has ended", p.cmd.Process.Pid), p.out.Err())
		}
		var at standing
		if err := json.Unmarshal(p.out.Bytes(), &at); err != nil {
			return total, fmt.Errorf("the process %d said %q: %w", p.cmd.Process.Pid, p.out.Text(), err)
		}
		total.add(at)
	}
	return total, nil
}

// untilEOF returns a context that ends with the end of this process's standard input.
func untilEOF(ctx context.Context) context.Context {
	ctx, end := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		end()
	}()
	return ctx
}
