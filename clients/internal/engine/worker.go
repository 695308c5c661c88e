package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Worker is an engine with one group in a process of its own, so that more
// connections can be had than one process may hold descriptors: idle herds, and
// both sides of a pair at 10,000. Visits and slow clients need none: a Churn makes
// MaxChurn at a time at most, and MaxSteps leaves room for some hundred slow ones. It
// is a Side. Its methods may be called from one goroutine at a time; a context that
// ends while the worker is busy kills it.
type Worker struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	close sync.Once
	ended error
}

// Spawn executes this program again as a worker whose engine has these
// options. The program's main must call WorkerMain first. The worker ends with Close, or
// when this process does.
func Spawn(ctx context.Context, opts Options) (*Worker, error) {
	if err := opts.complete(); err != nil {
		return nil, err
	}
	return Start(ctx, "/proc/self/exe", append([]string{workerArg}, opts.args()...)...)
}

// Start runs another program that speaks the worker protocol, such as the C
// client of tests/yardstick. Its standard error is this process's.
func Start(ctx context.Context, name string, args ...string) (*Worker, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	// A Ctrl-C on the terminal is for the program that started the worker: it ends it in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start worker %s: %w", name, err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start worker %s: %w", name, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start worker %s: %w", name, err)
	}
	w := &Worker{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 64<<10)}
	if _, err := w.call(ctx, "hello"); err != nil {
		_ = w.Close()
		return nil, err
	}
	return w, nil
}

// PID is the worker's process id.
func (w *Worker) PID() int { return w.cmd.Process.Pid }

// Dial opens n connections to host:port; a worker holds one group at a time.
func (w *Worker) Dial(ctx context.Context, addr string, n int) error {
	_, err := w.call(ctx, fmt.Sprintf("dial %s %d", addr, n))
	return err
}

// Check calls the roll, as Group.Check does.
func (w *Worker) Check(ctx context.Context, within time.Duration) (answered int, err error) {
	line, err := w.call(ctx, fmt.Sprintf("check %d", within.Milliseconds()))
	if err != nil {
		return 0, err
	}
	if answered, err = strconv.Atoi(line); err != nil {
		return 0, fmt.Errorf("worker %d: a roll call's answer: %w", w.PID(), err)
	}
	return answered, nil
}

// Arrive sets when the requests of the next slices are due, as Group.Arrive does.
func (w *Worker) Arrive(ctx context.Context, a Arrivals) error {
	_, err := w.call(ctx, "arrive "+a.String())
	return err
}

// Slice loads the worker's group, as Group.Slice does.
func (w *Worker) Slice(discard, measure time.Duration) (Slice, error) {
	line, err := w.call(context.Background(), fmt.Sprintf("slice %d %d", discard.Microseconds(), measure.Microseconds()))
	if err != nil {
		return Slice{}, err
	}
	return decodeSlice(line)
}

// CloseGroup resets the group's connections; another may be dialled.
func (w *Worker) CloseGroup(ctx context.Context) error {
	_, err := w.call(ctx, "close")
	return err
}

// Close ends the worker; its connections are reset.
func (w *Worker) Close() error {
	w.close.Do(func() {
		_ = w.in.Close() // end of file ends it
		late := time.AfterFunc(2*time.Second, func() { _ = w.cmd.Process.Kill() })
		defer late.Stop()
		if err := w.cmd.Wait(); err != nil {
			w.ended = fmt.Errorf("worker %d: %w", w.PID(), err)
		}
	})
	return w.ended
}

// call sends one line and reads its answer.
func (w *Worker) call(ctx context.Context, line string) (string, error) {
	defer context.AfterFunc(ctx, func() { _ = w.cmd.Process.Kill() })()
	if _, err := io.WriteString(w.in, line+"\n"); err != nil {
		return "", w.lost(ctx, line, err)
	}
	answer, err := w.out.ReadString('\n')
	if err != nil {
		return "", w.lost(ctx, line, err)
	}
	status, rest, _ := strings.Cut(strings.TrimSuffix(answer, "\n"), " ")
	switch status {
	case "ok":
		return rest, nil
	case "error":
		return "", errors.New(rest)
	}
	return "", fmt.Errorf("worker %d answered %q to %q", w.PID(), answer, line)
}

func (w *Worker) lost(ctx context.Context, line string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return fmt.Errorf("worker %d ended while it was to %q: %w", w.PID(), line, err)
}
