package engine

import (
	"encoding/binary"
	"net"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What a churning client calls for each connection goes to the kernel without
// telling Go's scheduler, too: on non-blocking sockets none of it blocks, a
// connection is eight calls, and it is the client that is busy first.

// socketOf is a socket whose close is a reset: it leaves no port in TIME_WAIT.
func socketOf(family uint16) (int32, unix.Errno) {
	fd, _, errno := unix.RawSyscall(unix.SYS_SOCKET, uintptr(family), unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if errno != 0 {
		return -1, errno
	}
	linger := unix.Linger{Onoff: 1}
	setsockopt(int32(fd), unix.SOL_SOCKET, unix.SO_LINGER, unsafe.Pointer(&linger), unsafe.Sizeof(linger))
	one := int32(1)
	setsockopt(int32(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY, unsafe.Pointer(&one), unsafe.Sizeof(one))
	return int32(fd), 0
}

func setsockopt(fd int32, level, name uintptr, value unsafe.Pointer, size uintptr) {
	_, _, _ = unix.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(fd), level, name, uintptr(value), size, 0)
}

// bind takes the address; the port is chosen at connect, among those that are
// free towards that server.
func bind(fd int32, addr []byte) unix.Errno {
	one := int32(1)
	setsockopt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, unsafe.Pointer(&one), unsafe.Sizeof(one))
	_, _, errno := unix.RawSyscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(addr))), uintptr(len(addr)))
	return errno
}

func connect(fd int32, addr []byte) unix.Errno {
	_, _, errno := unix.RawSyscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(addr))), uintptr(len(addr)))
	return errno
}

// watchEdges adds a socket to an epoll set, for both directions, edge-triggered.
func watchEdges(epfd int, fd int32, place int) unix.Errno {
	ev := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLET, Fd: int32(place)}
	_, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(epfd), unix.EPOLL_CTL_ADD, uintptr(fd), uintptr(unsafe.Pointer(&ev)), 0, 0)
	return errno
}

func closeSocket(fd int32) { _, _, _ = unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0) }

// rawAddr is the address as the kernel takes it (ip(7), ipv6(7)).
func rawAddr(a netip.AddrPort) []byte {
	family := uint16(unix.AF_INET)
	if a.Addr().Is6() {
		family = unix.AF_INET6
	}
	raw := binary.NativeEndian.AppendUint16(nil, family)
	raw = binary.BigEndian.AppendUint16(raw, a.Port())
	if a.Addr().Is4() {
		ip := a.Addr().As4()
		return append(append(raw, ip[:]...), make([]byte, 8)...)
	}
	ip := a.Addr().As16()
	raw = append(append(raw, 0, 0, 0, 0), ip[:]...) // the flow is none
	zone := uint32(0)
	if nic, err := net.InterfaceByName(a.Addr().Zone()); err == nil {
		zone = uint32(nic.Index)
	}
	return binary.NativeEndian.AppendUint32(raw, zone)
}
