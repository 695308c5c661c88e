package switches

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"c10klab/clients/internal/pin"
)

// inChildren starts the party that measures, after its partner if it has one, and waits for both to end.
func (k kind) inChildren(ctx context.Context, cpu int, d time.Duration) (cost Cost, err error) {
	var ends []*os.File
	var p *party
	peer := 0
	if k.partner {
		first, second, err := links()
		if err != nil {
			return cost, err
		}
		ends = first.files()
		if p, err = k.start(ctx, cpu, second.files(), partnerArg, strconv.Itoa(cpu)); err != nil {
			closeAll(ends)
			return cost, err
		}
		peer = p.cmd.Process.Pid
	}
	m, err := k.start(ctx, cpu, ends, measureArg, k.Name, strconv.Itoa(cpu), strconv.FormatInt(int64(d), 10), strconv.Itoa(peer))
	if err == nil {
		err = m.wait()
	}
	if p != nil {
		err = errors.Join(err, p.wait()) // it ends with the one that measures
	}
	if err == nil {
		err = json.Unmarshal(m.said.Bytes(), &cost)
	}
	return cost, err
}

// party is a child.
type party struct {
	cmd             *exec.Cmd
	said, complaint bytes.Buffer
}

// start executes this program again, with these ends of pipes from descriptor 3 on, which it closes here.
func (k kind) start(ctx context.Context, cpu int, ends []*os.File, args ...string) (*party, error) {
	defer closeAll(ends)
	p := &party{cmd: exec.CommandContext(ctx, "/proc/self/exe", args...)}
	p.cmd.ExtraFiles = ends
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.complaint
	// A collection would wait for a thread that blocks without telling the runtime, for ever.
	p.cmd.Env = append(os.Environ(), "GOGC=off", "GOMEMLIMIT=off", fmt.Sprintf("GOMAXPROCS=%d", k.procs))
	// A Ctrl-C on the terminal is for this program, whose context then ends the child.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := startOn(cpu, p.cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	return p, nil
}

// wait returns what a child that failed complained of.
func (p *party) wait() error {
	err := p.cmd.Wait()
	if text := strings.TrimSpace(p.complaint.String()); err != nil && text != "" {
		return errors.New(text)
	}
	return err
}

// startOn starts a process that is on that CPU from its first instruction on, all threads of it.
func startOn(cpu int, cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("sched_getaffinity: %w", err)
	}
	if err := pin.Thread(cpu); err != nil {
		return err
	}
	defer func() { _ = unix.SchedSetaffinity(0, &before) }()
	return cmd.Start()
}

func (l link) files() []*os.File {
	return []*os.File{os.NewFile(uintptr(l.in), "in"), os.NewFile(uintptr(l.out), "out")}
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}
