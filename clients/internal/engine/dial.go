package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// inFlight bounds the connections that are being made at once, so that a
// backlog of 128 need not drop a connection request (which costs a second).
const inFlight = 64

// The limits that Dial meets, for errors.Is. A server that refuses is unix.ECONNREFUSED.
var (
	ErrDescriptors = errors.New("descriptors")
	ErrPorts       = errors.New("ports")
	ErrTimedOut    = errors.New("timed out")
)

// Dial opens n connections to host:port and returns when all are open. On an
// error none is left open, and the error names the limit that was met:
// descriptors, ports, a refusal, a connection not made within Options.Timeout.
func (e *Engine) Dial(ctx context.Context, addr string, n int) (*Group, error) {
	if n < 1 {
		return nil, fmt.Errorf("%d connections to %s: at least 1", n, addr)
	}
	if e.opts.Traffic.once() {
		return nil, fmt.Errorf("open %d connections to %s: what is asked there ends its connection: it is for Churn", n, addr)
	}
	to, err := e.reach(ctx, addr, n)
	if err != nil {
		return nil, err
	}
	g := &Group{
		e: e, addr: addr, latency: newHistogram(),
		script: e.opts.Traffic.script(e.opts.Pipeline), partial: e.opts.Partial,
		conns: make([]conn, n), sent: make([]int64, n*e.opts.Pipeline),
	}
	if g.script.http {
		g.pieces = make([][]byte, n)
	}
	g.arrive(e.opts.Arrivals)
	if err := g.openAll(ctx, to); err != nil {
		return nil, err
	}
	return g, nil
}

// openAll opens the group's connections, or none.
func (g *Group) openAll(ctx context.Context, to netip.AddrPort) error {
	stop, release := stopWith(ctx)
	defer release()
	g.epfd = -1
	for i := range g.conns {
		g.conns[i].fd = -1
	}
	var dialErr error
	if err := g.e.do(func() {
		if dialErr = g.dial(to, stop); dialErr != nil {
			g.release()
		}
	}); err != nil {
		return err
	}
	if dialErr != nil {
		if cause := context.Cause(ctx); cause != nil {
			dialErr = cause
		}
		return fmt.Errorf("open %d connections to %s: %w", len(g.conns), g.addr, dialErr)
	}
	return nil
}

// reach resolves an address, and finds beforehand that n connections to it would
// be more than this process has descriptors for, or the kernel ports.
func (e *Engine) reach(ctx context.Context, addr string, n int) (netip.AddrPort, error) {
	to, err := resolve(ctx, addr)
	if err != nil {
		return to, err
	}
	if err := roomFor(n, addr); err != nil {
		return to, err
	}
	return to, portsFor(n, addr, e.opts.Sources)
}

func resolve(ctx context.Context, addr string) (netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(addr)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("address %q: %w", addr, err)
	}
	port, err := net.DefaultResolver.LookupPort(ctx, "tcp", service)
	if err != nil || port == 0 {
		return netip.AddrPort{}, fmt.Errorf("address %q: the port must be 1 to 65535", addr)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("address %q: %w", addr, err)
	}
	best := found[0].Unmap()
	for _, a := range found { // IPv4 first: it is what a container's network has
		if a.Unmap().Is4() {
			best = a.Unmap()
			break
		}
	}
	return netip.AddrPortFrom(best, uint16(port)), nil
}

// roomFor finds a shortage of descriptors before a connection is opened.
func roomFor(n int, addr string) error {
	var limit unix.Rlimit
	held, err := os.ReadDir("/proc/self/fd")
	if err != nil || unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return nil // then the kernel will say
	}
	free := int64(min(limit.Cur, 1<<40)) - int64(len(held)) - 2 // the epoll set, and one to spare
	if int64(n) <= free {
		return nil
	}
	return fmt.Errorf("open %d connections to %s: %w: this process may hold %d (RLIMIT_NOFILE) and holds %d, so at most %d more",
		n, addr, ErrDescriptors, limit.Cur, len(held), max(free, 0))
}

// portsFor finds a shortage of local ports likewise: a connection to one address
// needs one of the range for each source address.
func portsFor(n int, addr string, sources []netip.Addr) error {
	low, high, err := portRange()
	if err != nil {
		return nil // then the kernel will say
	}
	different := map[netip.Addr]bool{}
	for _, s := range sources {
		different[s] = true
	}
	from := max(len(different), 1)
	room := from * (high - low + 1)
	if n <= room {
		return nil
	}
	return fmt.Errorf("open %d connections to %s: %w: net.ipv4.ip_local_port_range is %d to %d, which allows at most %d from %d source addresses; more source addresses allow more",
		n, addr, ErrPorts, low, high, room, from)
}

// dial opens all connections, at most inFlight at a time.
func (g *Group) dial(to netip.AddrPort, stop *atomic.Bool) (err error) {
	if g.epfd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return g.limitErr("epoll_create1", err, to)
	}
	e := g.e
	next, flying := 0, 0
	progress := e.now()
	for next < len(g.conns) || flying > 0 {
		for ; next < len(g.conns) && flying < inFlight; next++ {
			if err := g.connect(next, to); err != nil {
				return err
			}
			flying++
		}
		n := wait(g.epfd, e.events, int(watch/time.Millisecond))
		for _, ev := range e.events[:n] {
			c := &g.conns[ev.Fd]
			if err := g.connected(c, int(ev.Fd), to); err != nil {
				return err
			}
			flying--
		}
		g.now = e.now()
		if n > 0 {
			progress = g.now
		}
		if g.now-progress > int64(e.opts.Timeout) {
			return fmt.Errorf("%w: no answer for %v after %d connections (a full backlog drops connection requests)", ErrTimedOut, e.opts.Timeout, g.open)
		}
		if stop.Load() {
			return context.Canceled
		}
	}
	return nil
}

func (g *Group) connect(i int, to netip.AddrPort) error {
	family, addr := unix.AF_INET, sockaddr(to)
	if to.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return g.limitErr("socket", err, to)
	}
	sendPos, recvPos := g.script.start(i)
	g.conns[i] = conn{fd: int32(fd), left: int32(g.script.want.unit), sendPos: sendPos, recvPos: recvPos, writable: true}
	// A close is a reset: it leaves no port in TIME_WAIT.
	_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	if g.buffers > 0 { // before it connects: a window that was offered is not taken back
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, g.buffers)
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, g.buffers)
		// The kernel sizes the server's buffer by what the client says it takes in one
		// segment: 64 KiB on loopback, and then 3.3 MB fit in; as over a network 0.3 MB.
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_MAXSEG, 1460)
	}
	if s := g.e.opts.Sources; len(s) > 0 {
		source := s[i%len(s)]
		// The port is chosen at connect, among those that are free towards that server.
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
		if err := unix.Bind(fd, sockaddr(netip.AddrPortFrom(source, 0))); err != nil {
			return g.limitErr("bind to "+source.String(), err, to)
		}
	}
	if err := unix.Connect(fd, addr); err != nil && err != unix.EINPROGRESS {
		return g.limitErr("connect", err, to)
	}
	ev := unix.EpollEvent{Events: unix.EPOLLOUT, Fd: int32(i)}
	if err := unix.EpollCtl(g.epfd, unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
		return g.limitErr("epoll_ctl", err, to)
	}
	return nil
}

func (g *Group) connected(c *conn, i int, to netip.AddrPort) error {
	errno, err := unix.GetsockoptInt(int(c.fd), unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && errno != 0 {
		err = unix.Errno(errno)
	}
	if err != nil {
		return g.limitErr("connect", err, to)
	}
	ev := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}
	if err := unix.EpollCtl(g.epfd, unix.EPOLL_CTL_MOD, int(c.fd), &ev); err != nil {
		return g.limitErr("epoll_ctl", err, to)
	}
	c.writable = false
	g.open++
	return nil
}

func (g *Group) limitErr(doing string, err error, to netip.AddrPort) error {
	return limitErr(g.open, doing, err, to)
}

// limitErr says which limit an errno means that was met with so many connections open.
func limitErr(open int, doing string, err error, to netip.AddrPort) error {
	switch {
	case errors.Is(err, unix.EMFILE):
		return fmt.Errorf("%w: this process may hold no more (RLIMIT_NOFILE) after %d connections: %s: %w", ErrDescriptors, open, doing, err)
	case errors.Is(err, unix.ENFILE):
		return fmt.Errorf("%w: this machine may hold no more (fs.file-max) after %d connections: %s: %w", ErrDescriptors, open, doing, err)
	case errors.Is(err, unix.EADDRNOTAVAIL):
		return fmt.Errorf("%w: after %d connections no local port is free towards %s (net.ipv4.ip_local_port_range is %s; more source addresses give more): %s: %w",
			ErrPorts, open, to, portRangeText(), doing, err)
	case errors.Is(err, unix.ETIMEDOUT):
		return fmt.Errorf("%w: after %d connections: %s: %w", ErrTimedOut, open, doing, err)
	}
	return fmt.Errorf("%s, after %d connections: %w", doing, open, err)
}

// portRange is the kernel's range of local ports, for connections of both families.
func portRange() (low, high int, err error) {
	b, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return 0, 0, err
	}
	_, err = fmt.Sscan(string(b), &low, &high)
	return low, high, err
}

func portRangeText() string {
	low, high, err := portRange()
	if err != nil {
		return "unknown"
	}
	return fmt.Sprintf("%d to %d", low, high)
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	s := &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
	if zone := a.Addr().Zone(); zone != "" {
		if nic, err := net.InterfaceByName(zone); err == nil {
			s.ZoneId = uint32(nic.Index)
		}
	}
	return s
}
