package trace

import (
	"slices"

	"golang.org/x/sys/unix"
)

// names tells whose descriptor is which, for each process of the service. The
// kernel is asked once for a descriptor, and again after it was closed.
type names struct {
	port    uint16            // the service's
	clients map[uint16]string // by the client's port
	known   map[holder]string
	pidfds  map[int]int
}

// holder is a descriptor of a process.
type holder struct{ pid, fd int }

// Listener is how the listening socket is told.
const Listener = "listener"

// name returns "listener", a client, or "" for any other descriptor.
func (n *names) name(pid, fd int) string {
	if n.port == 0 || fd < 0 {
		return ""
	}
	h := holder{pid, fd}
	who, ok := n.known[h]
	if !ok {
		who = n.ask(h)
		if who != "" { // a number that is nothing yet may be a client later
			n.known[h] = who
		}
	}
	return who
}

// forget is for a descriptor that is being closed.
func (n *names) forget(pid, fd int) { delete(n.known, holder{pid, fd}) }

// executed is for a process that executes another program: its descriptors may all be others.
func (n *names) executed(pid int) {
	for h := range n.known {
		if h.pid == pid {
			delete(n.known, h)
		}
	}
}

// of names several, in the order of listener and clients; those that have no name are left out.
func (n *names) of(pid int, fds []int) (out []string) {
	for _, fd := range fds {
		if who := n.name(pid, fd); who != "" {
			out = append(out, who)
		}
	}
	slices.SortFunc(out, byRank)
	return slices.Compact(out)
}

// byRank puts the listener before all clients.
func byRank(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == Listener || b != Listener && a < b:
		return -1
	}
	return 1
}

// ask has the kernel hand out a second descriptor for the same socket (pidfd_getfd(2)), and looks at its two ends.
func (n *names) ask(h holder) string {
	pidfd, ok := n.pidfds[h.pid]
	if !ok {
		var err error
		if pidfd, err = unix.PidfdOpen(h.pid, 0); err != nil {
			return ""
		}
		n.pidfds[h.pid] = pidfd
	}
	fd, err := unix.PidfdGetfd(pidfd, h.fd, 0)
	if err != nil {
		return ""
	}
	defer func() { _ = unix.Close(fd) }()
	own, err := unix.Getsockname(fd)
	if err != nil || portOf(own) != n.port {
		return ""
	}
	if peer, err := unix.Getpeername(fd); err == nil {
		return n.clients[portOf(peer)]
	}
	if v, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err == nil && v == 1 {
		return Listener
	}
	return ""
}

func (n *names) close() {
	for _, fd := range n.pidfds {
		_ = unix.Close(fd)
	}
}

func portOf(a unix.Sockaddr) uint16 {
	switch a := a.(type) {
	case *unix.SockaddrInet4:
		return uint16(a.Port)
	case *unix.SockaddrInet6:
		return uint16(a.Port)
	}
	return 0
}
