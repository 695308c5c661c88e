package trace

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// pause is how long whoever waits for a condition leaves the CPU to others before looking again.
const pause = 50 * time.Microsecond

// delivered waits until the kernel has handed what was done to the service's side.
func (c *crowd) delivered(ctx context.Context, a Action) error {
	one := c.clients[a.Client]
	for {
		there, err := c.there(one, a.Verb)
		if err != nil {
			return err
		}
		if there {
			break
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		time.Sleep(pause)
	}
	settle()
	return nil
}

func (c *crowd) there(one *client, did Verb) (bool, error) {
	switch did {
	case Connect:
		return c.established(one)
	case Send: // acknowledged
		n, err := unix.IoctlGetInt(one.fd, unix.SIOCOUTQ)
		return n == 0, err
	}
	const finWait2, timeWait, closed = 5, 6, 7
	info, err := unix.GetsockoptTCPInfo(one.fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	return err == nil && info.State >= finWait2 && info.State <= closed, err
}

// established asks for the service's end of a connection. The client's own is ready a moment earlier.
func (c *crowd) established(one *client) (bool, error) {
	b, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return false, err
	}
	local, remote := fmt.Sprintf(":%04X", c.names.port), fmt.Sprintf(":%04X", one.port)
	for line := range strings.Lines(string(b)) {
		const established = "01"
		f := strings.Fields(line) // number, local and remote address:port, state, ...
		if len(f) > 3 && strings.HasSuffix(f[1], local) && strings.HasSuffix(f[2], remote) && f[3] == established {
			return true, nil
		}
	}
	return false, nil
}

// settle returns when whatever the kernel was doing for packets on any CPU has been done, wake-ups
// too: it does that under RCU, whose next quiet moment this waits for (membarrier(2)). Where that isn't
// allowed, the state of the socket, which is a microsecond older, must do.
func settle() {
	const global = 1 // MEMBARRIER_CMD_GLOBAL
	_, _, _ = unix.Syscall(unix.SYS_MEMBARRIER, global, 0, 0)
}
