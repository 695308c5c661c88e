// Package local starts the services as plain processes of this machine, each
// under its meter and under the limits of compose.yaml as far as they hold here.
package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// mark tells a program that was executed anew in which network it is: "own",
// or "host" and the reason why not in its own.
const mark = "C10KLAB_NETWORK"

// Network says where the services of this process listen.
type Network struct {
	Own    bool   // a network namespace of its own: only loopback, no rules of Docker's in it
	Reason string // why it is the host's
}

func (n Network) String() string {
	if n.Own {
		return "loopback, in a network namespace of its own"
	}
	return "loopback of the host (no namespace of its own: " + n.Reason + ")"
}

// Entered says in which network this process was put; ok is false before Enter.
func Entered() (n Network, ok bool) {
	own, reason, ok := strings.Cut(os.Getenv(mark), ": ")
	return Network{Own: own == "own", Reason: reason}, ok || own == "own"
}

// Enter puts the calling thread into a network namespace of its own if it may,
// and returns the environment variable that tells so; the program then executes
// itself anew from this thread. The goroutine must be locked to its thread.
//
// An ordinary user may have a network namespace only together with a user
// namespace, which a process of many threads can't enter: then the program is
// started again in a child, and Enter returns its exit status with child true.
func Enter() (env string, status int, child bool) {
	if os.Geteuid() == 0 {
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			err = loopbackUp()
		}
		if err == nil {
			return mark + "=own", 0, false
		}
		return mark + "=host: " + err.Error(), 0, false
	}
	status, err := inChild()
	if err != nil {
		return mark + "=host: " + err.Error(), 0, false
	}
	return "", status, true
}

// inChild runs this program in new user and network namespaces and waits for
// it. The calling thread must live as long as the child.
func inChild() (status int, err error) {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), mark+"=own")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGTERM,
	}
	// The terminal's Ctrl-C reaches the child by itself; a kill is passed on.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ctx, done := context.WithCancel(context.Background())
	defer done()
	go func() {
		for {
			select {
			case s := <-signals:
				if s == syscall.SIGTERM {
					_ = cmd.Process.Signal(s)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// Prepare makes an own network fit for a run: loopback up, the listen queues as
// long as compose.yaml has them.
func (n Network) Prepare(somaxconn int) error {
	if !n.Own {
		return nil
	}
	if err := loopbackUp(); err != nil {
		return err
	}
	if somaxconn > 0 {
		const path = "/proc/sys/net/core/somaxconn"
		if err := os.WriteFile(path, []byte(strconv.Itoa(somaxconn)), 0o644); err != nil {
			return fmt.Errorf("setting net.core.somaxconn: %w", err)
		}
	}
	return nil
}

func loopbackUp() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, lo); err != nil {
		return fmt.Errorf("reading loopback's flags: %w", err)
	}
	if lo.Uint16()&unix.IFF_UP != 0 {
		return nil
	}
	lo.SetUint16(lo.Uint16() | unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("bringing loopback up: %w", err)
	}
	return nil
}
