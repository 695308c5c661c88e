package experiment

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/result"
)

// Copies: who closes a connection's descriptor that somebody else serves. After a fork parent and child have one each, and
// the connection ends with the last of them; two threads have one together. It is played in this program, on a pair of
// sockets, with dup(2) for the copy: fork(2) makes such a one of each descriptor, in another table.
var copies = Experiment{
	Name:   "copies",
	Counts: true,
	About:  "one accepts and another serves, with a copy of the descriptor as after a fork or with the same as threads have: who must close it",
	Metric: result.Figures,
	Cells:  []Cell{{Window: 10 * time.Millisecond, Load: "one client, served by another than who accepted it"}},
	Bare:   askCopies,
}

// askCopies finds, for copies as processes have and one descriptor as threads have, with who accepted closing his and
// keeping it, whether the client is served and whether it is told the end, 1 for yes: served_closed, ended_closed, served_kept, ended_kept.
func askCopies(ctx context.Context, _ Machine, _ Cell) (map[string]Answer, error) {
	answers := map[string]Answer{}
	for name, copied := range map[string]bool{"process": true, "thread": false} {
		f := map[string]float64{}
		for how, closes := range map[string]bool{"_closed": true, "_kept": false} {
			served, ended, err := handOver(copied, closes)
			if err = errors.Join(ctx.Err(), err); err != nil {
				return answers, fmt.Errorf("a client that is handed over as to a %s: %w", name, err)
			}
			f["served"+how], f["ended"+how] = yes(served), yes(ended)
		}
		answers[name] = Answer{Figures: f}
	}
	return answers, nil
}

func yes(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// out is above the numbers that others of this process take: one that is closed twice must be nobody else's by then.
const out = 512

// handOver has a thread serve a client whom this one has accepted. It answers one byte, and closes.
func handOver(copied, closes bool) (served, ended bool, err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false, false, fmt.Errorf("socketpair: %w", err)
	}
	client := pair[0]
	defer unix.Close(client)
	accepted, err := unix.FcntlInt(uintptr(pair[1]), unix.F_DUPFD_CLOEXEC, out)
	_ = unix.Close(pair[1])
	if err != nil {
		return false, false, fmt.Errorf("a descriptor from %d on: %w", out, err)
	}
	theirs := accepted
	if copied {
		if theirs, err = unix.FcntlInt(uintptr(accepted), unix.F_DUPFD_CLOEXEC, out); err != nil {
			_ = unix.Close(accepted)
			return false, false, fmt.Errorf("another descriptor from %d on: %w", out, err)
		}
	}
	switch {
	case closes:
		_ = unix.Close(accepted)
	case copied:
		defer unix.Close(accepted) // at last
	}
	_, err = unix.Write(client, []byte("?"))
	serve := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(serve)
		answerOne(theirs)
	}()
	<-serve
	if err != nil && !errors.Is(err, unix.EPIPE) { // which is how a client finds its server's end closed
		return false, false, fmt.Errorf("asking: %w", err)
	}
	return seenBy(client)
}

// answerOne is the server. What fails here fails by the experiment's question, and its client sees it.
func answerOne(fd int) {
	b := make([]byte, 1)
	if n, err := unix.Read(fd, b); err == nil && n == 1 {
		_, _ = unix.Write(fd, b)
	}
	_ = unix.Close(fd)
}

// seenBy is what has come to the client when all is over.
func seenBy(client int) (served, ended bool, err error) {
	for range 2 { // a reply, and the end
		n, _, err := unix.Recvfrom(client, make([]byte, 1), unix.MSG_DONTWAIT)
		switch {
		case errors.Is(err, unix.EAGAIN):
		case err != nil:
			return served, ended, fmt.Errorf("receiving: %w", err)
		case n == 0:
			ended = true
		default:
			served = true
		}
	}
	return served, ended, nil
}
