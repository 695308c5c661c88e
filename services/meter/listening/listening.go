// Package listening finds the TCP sockets that listen, without connecting to
// any: a server that takes one client at a time notices nothing.
package listening

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"c10klab/services/meter/proc"
)

// withoutDiag is set once the kernel has said that it has no sock_diag(7) for TCP.
var withoutDiag atomic.Bool

// Sockets returns the listening TCP sockets of this network namespace. It asks
// by sock_diag(7): to print /proc/net/tcp the kernel walks its whole table of
// connections, a quarter of a million buckets, for 3 ms. Where the kernel has
// no sock_diag it reads that file all the same.
func Sockets(f proc.FS) ([]proc.Listener, error) {
	if !withoutDiag.Load() {
		found, err := diag()
		if err == nil {
			return found, nil
		}
		withoutDiag.Store(true)
	}
	return f.Listeners()
}

// What linux/inet_diag.h defines, and x/sys/unix does not.
const (
	tcpListen  = 10 // TCP_LISTEN
	lenRequest = 56 // struct inet_diag_req_v2: family, protocol, extensions, padding, states, and a socket's 48 bytes
	lenMessage = 72 // struct inet_diag_msg
)

func diag() ([]proc.Listener, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("open a sock_diag socket: %w", err)
	}
	defer func() { _ = unix.Close(fd) }()
	var out []proc.Listener
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		found, err := dump(fd, family)
		if err != nil {
			return nil, fmt.Errorf("list listening sockets by sock_diag: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

func dump(fd int, family byte) ([]proc.Listener, error) {
	request := make([]byte, unix.NLMSG_HDRLEN+lenRequest)
	order := binary.NativeEndian
	order.PutUint32(request[0:], uint32(len(request)))
	order.PutUint16(request[4:], unix.SOCK_DIAG_BY_FAMILY)
	order.PutUint16(request[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	order.PutUint32(request[8:], uint32(family)) // sequence number: tells the two dumps apart
	body := request[unix.NLMSG_HDRLEN:]
	body[0], body[1] = family, unix.IPPROTO_TCP
	order.PutUint32(body[4:], 1<<tcpListen)
	if err := unix.Sendto(fd, request, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, err
	}
	var out []proc.Listener
	buf := make([]byte, 32<<10)
	for {
		n, err := unix.Read(fd, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, err
		}
		messages, err := syscall.ParseNetlinkMessage(buf[:n])
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			switch {
			case m.Header.Type == unix.NLMSG_DONE:
				return out, nil
			case m.Header.Type == unix.NLMSG_ERROR && len(m.Data) >= 4:
				return nil, syscall.Errno(-int32(order.Uint32(m.Data)))
			case m.Header.Type == unix.SOCK_DIAG_BY_FAMILY && len(m.Data) >= lenMessage:
				out = append(out, parse(m.Data))
			}
		}
	}
}

// parse reads a struct inet_diag_msg: family, state, timer, retransmits; the
// socket's ports, source and destination, interface and cookie; expiry, queues, user, inode.
func parse(b []byte) proc.Listener {
	size := 4
	if b[0] == unix.AF_INET6 {
		size = 16
	}
	ip, _ := netip.AddrFromSlice(bytes.Clone(b[8 : 8+size]))
	port := binary.BigEndian.Uint16(b[4:])
	return proc.Listener{Addr: netip.AddrPortFrom(ip, port), Inode: uint64(binary.NativeEndian.Uint32(b[68:]))}
}
