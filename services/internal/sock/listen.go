package sock

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Listen opens a listening TCP socket. The kernel cuts backlog to
// net.core.somaxconn. Port 0 lets the kernel choose; Port tells what it chose.
// SO_REUSEADDR lets a restarted server have its port back while old connections
// are in TIME_WAIT. TCP_NODELAY is inherited by every accepted connection. With
// share other sockets that set it, too, may listen on the same port, and the
// kernel deals the clients out among them (SO_REUSEPORT of socket(7)).
func Listen(host string, port, backlog int, share bool) (int, error) {
	fd, err := listen(host, port, backlog, share)
	if err != nil {
		return -1, fmt.Errorf("listen on %s port %d: %w", host, port, err)
	}
	return fd, nil
}

func listen(host string, port, backlog int, share bool) (int, error) {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return -1, fmt.Errorf("not an IP address: %q", host)
	}
	family, addr := unix.AF_INET, unix.Sockaddr(&unix.SockaddrInet4{Port: port, Addr: v4(ip)})
	if ip.Is6() {
		family, addr = unix.AF_INET6, &unix.SockaddrInet6{Port: port, Addr: ip.As16()}
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	for _, set := range []func() error{
		func() error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1) },
		func() error {
			if !share {
				return nil
			}
			return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		},
		func() error { return unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) },
		func() error { return unix.Bind(fd, addr) },
		func() error { return unix.Listen(fd, backlog) },
	} {
		if err := set(); err != nil {
			_ = unix.Close(fd)
			return -1, err
		}
	}
	return fd, nil
}

func v4(ip netip.Addr) (b [4]byte) {
	if ip.Is4() {
		b = ip.As4()
	}
	return b
}

// Port returns the local port of a socket.
func Port(fd int) (int, error) {
	addr, err := unix.Getsockname(fd)
	if err != nil {
		return 0, fmt.Errorf("getsockname: %w", err)
	}
	return int(addrPortOf(addr).Port()), nil
}

// Peer returns the address of the other end, or the word "unknown" where it is gone.
func Peer(fd int) string {
	addr, err := unix.Getpeername(fd)
	if err != nil {
		return "unknown"
	}
	return addrPortOf(addr).String()
}

func addrPortOf(addr unix.Sockaddr) netip.AddrPort {
	switch a := addr.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
	}
	return netip.AddrPort{}
}
