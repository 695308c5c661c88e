package experiment

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/result"
)

// Lock: three threads that share one connection, as crew's do, with the lock that crew has and without it. They share no
// data but the socket, and read(2) and write(2) are safe to call from several threads: what a lock would keep is the order.
// It is played in this program, on a pair of sockets: crew without its lock is no service that is compared.
var lock = Experiment{
	Name:   "lock",
	Counts: true,
	About:  "three threads that answer one connection, with a lock and without: do the replies come in the order of the questions",
	Metric: result.Figures,
	Cells:  []Cell{{Window: 70 * time.Millisecond, Load: "pairs of questions, a long one and a short one, to three threads on one connection"}},
	Bare:   askOfThree,
}

const (
	sharing    = 3                    // threads
	couples    = 25                   // of questions
	longAnswer = 1 * time.Millisecond // is waited for; a short one is not
)

// askOfThree finds, of the threads locked and unlocked, pairs, swapped, how many pairs had the second reply first when both were
// asked before a reply, and swapped_lockstep, the same of a client that waits for each reply.
func askOfThree(ctx context.Context, _ Machine, _ Cell) (map[string]Answer, error) {
	answers := map[string]Answer{}
	for name, turn := range map[string]sync.Locker{"locked": new(sync.Mutex), "unlocked": unlocked{}} {
		f, err := pairsTo(ctx, turn)
		if err != nil {
			return answers, fmt.Errorf("three threads on one connection, %s: %w", name, err)
		}
		answers[name] = Answer{Figures: f}
	}
	return answers, nil
}

// unlocked lets everybody in.
type unlocked struct{}

func (unlocked) Lock()   {}
func (unlocked) Unlock() {}

func pairsTo(ctx context.Context, turn sync.Locker) (map[string]float64, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socketpair: %w", err)
	}
	client, server := os.NewFile(uintptr(fds[0]), "client"), fds[1]
	var serve sync.WaitGroup
	for range sharing {
		serve.Go(func() { answerAll(server, turn) })
	}
	defer func() {
		_ = client.Close()
		serve.Wait()
		_ = unix.Close(server)
	}()
	defer context.AfterFunc(ctx, func() { _ = unix.Shutdown(server, unix.SHUT_RDWR) })()

	f := map[string]float64{"pairs": couples}
	for name, ask := range map[string]func(io.ReadWriter) (bool, error){"swapped": ahead, "swapped_lockstep": lockstep} {
		f[name] = 0
		for range couples {
			swapped, err := ask(client)
			if err != nil {
				return nil, errors.Join(context.Cause(ctx), err)
			}
			if swapped {
				f[name]++
			}
		}
	}
	return f, nil
}

// A question is how long its answer takes, in ns; the answer is the same number.
const questionSize = 8

// answerAll is one of the threads: it reads a question, waits, answers, and begins anew.
func answerAll(fd int, turn sync.Locker) {
	runtime.LockOSThread() // and never unlocked: the thread ends with its client
	question := make([]byte, questionSize)
	next := func() bool {
		turn.Lock()
		defer turn.Unlock()
		if n, err := retry(func() (int, error) { return unix.Read(fd, question) }); err != nil || n != questionSize {
			return false
		}
		if d := time.Duration(binary.NativeEndian.Uint64(question)); d > 0 {
			time.Sleep(d)
		}
		n, err := retry(func() (int, error) { return unix.Write(fd, question) })
		return err == nil && n == questionSize
	}
	for next() {
	}
}

func retry(call func() (int, error)) (n int, err error) {
	for n, err = call(); errors.Is(err, unix.EINTR); n, err = call() {
	}
	return n, err
}

// ahead asks for a long answer and, without waiting for it, for a short one.
func ahead(c io.ReadWriter) (swapped bool, err error) {
	pair := binary.NativeEndian.AppendUint64(binary.NativeEndian.AppendUint64(nil, uint64(longAnswer)), 0)
	if _, err := c.Write(pair); err != nil {
		return false, fmt.Errorf("asking twice: %w", err)
	}
	replies := make([]byte, len(pair))
	if _, err := io.ReadFull(c, replies); err != nil {
		return false, fmt.Errorf("waiting for two replies: %w", err)
	}
	return binary.NativeEndian.Uint64(replies) == 0, nil
}

// lockstep asks the same two, the second when the first is answered.
func lockstep(c io.ReadWriter) (swapped bool, err error) {
	for _, d := range []time.Duration{longAnswer, 0} {
		if _, err := c.Write(binary.NativeEndian.AppendUint64(nil, uint64(d))); err != nil {
			return false, fmt.Errorf("asking: %w", err)
		}
		reply := make([]byte, questionSize)
		if _, err := io.ReadFull(c, reply); err != nil {
			return false, fmt.Errorf("waiting for a reply: %w", err)
		}
		swapped = swapped || binary.NativeEndian.Uint64(reply) != uint64(d)
	}
	return swapped, nil
}
