package trace

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// Call is one system call of a serving thread.
type Call struct {
	Name   string   `json:"call"`
	FD     *int     `json:"fd,omitempty"`     // the descriptor that it is about
	On     []string `json:"on,omitempty"`     // whose descriptors: clients, "listener"; of select and poll all that are asked about
	Op     string   `json:"op,omitempty"`     // ADD, MOD or DEL, of epoll_ctl
	Result string   `json:"result,omitempty"` // a number, an errno, a client; none while it is waited in
	Ready  []string `json:"ready,omitempty"`  // of a wait: whom it has found ready
	Period bool     `json:"period,omitempty"` // of a wait: it ends by the clock as well
}

func (c Call) String() string {
	on := strings.Join(c.On, ", ")
	if c.FD != nil {
		on += " " + strconv.Itoa(*c.FD)
	}
	if c.Op != "" {
		on = strings.TrimSpace(c.Op + " " + on)
	}
	s := c.Name + "(" + on + ")"
	if c.Result != "" {
		s += " = " + c.Result
	}
	if len(c.Ready) > 0 {
		s += ": " + strings.Join(c.Ready, ", ")
	}
	return s
}

// same tells whether two calls differ in their result at most.
func (c Call) same(d Call) bool { return c.String() == d.String() }

// kind sorts system calls by what the trace does with them.
type kind int

const (
	other     kind = iota // not shown: memory, clocks, signals, options of sockets
	talks                 // shown if it is about a client or the listener
	waits                 // waits for any of several
	futex                 // waits for another thread
	starts                // a process is started
	becomes               // another program is executed
	reaps                 // a child's end is taken
	pauses                // the runtime's monitor: it looks again soon
	renames               // the thread names itself
	registers             // epoll_ctl
)

var kinds = map[string]kind{
	"accept": talks, "accept4": talks, "read": talks, "recvfrom": talks, "recvmsg": talks, "readv": talks,
	"write": talks, "sendto": talks, "sendmsg": talks, "writev": talks, "shutdown": talks, "close": talks,
	"select": waits, "pselect6": waits, "poll": waits, "ppoll": waits,
	"epoll_wait": waits, "epoll_pwait": waits, "epoll_pwait2": waits, "io_uring_enter": waits,
	"epoll_ctl": registers, "futex": futex, "prctl": renames,
	"clone": starts, "clone3": starts, "fork": starts, "vfork": starts,
	"execve": becomes, "wait4": reaps, "waitid": reaps,
	"nanosleep": pauses, "clock_nanosleep": pauses, "restart_syscall": other,
}

func callName(number int) string {
	if info, err := arch.GetInfo(""); err == nil {
		if name, ok := info.SyscallNumbers[number]; ok {
			return name
		}
	}
	return fmt.Sprintf("syscall_%d", number)
}

// endless reports whether a call waits for as long as it takes, and not until a time has passed.
func endless(tid int, name string, a [6]int) bool {
	switch name {
	case "epoll_wait", "epoll_pwait":
		return int32(a[3]) < 0
	case "poll":
		return int32(a[2]) < 0
	case "ppoll":
		return a[2] == 0
	case "select", "pselect6":
		return a[4] == 0
	case "epoll_pwait2", "futex":
		return a[3] == 0
	case "io_uring_enter":
		const extended, timeAt = 8, 16 // IORING_ENTER_EXT_ARG; ts in struct io_uring_getevents_arg
		return a[3]&extended == 0 || peekWord(tid, a[4]+timeAt) == 0
	}
	return true
}

// errno names the error of a result, "" if it is none.
func errno(result int64) string {
	if result >= 0 || result < -4095 {
		return ""
	}
	if name := unix.ErrnoName(unix.Errno(-result)); name != "" {
		return name
	}
	return "interrupted" // ERESTARTSYS and its like, which no program sees
}
