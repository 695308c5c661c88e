package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// throng is clients who connect and stay. Each is told apart from the others, for not all of them need be let in: one is
// refused, the next is connected and never answered. (An engine's group has all of its clients, or none.)
type throng struct {
	addr   string
	to     unix.Sockaddr
	family int
	epfd   int
	begun  time.Time
	guests []guest
	buf    []byte
	events []unix.EpollEvent
}

// guest is one of them. Times count from when the throng was made; 0: not yet.
type guest struct {
	fd        int
	came      time.Duration // before its socket was made
	connected time.Duration
	asked     time.Duration // its last question
	answered  time.Duration // that question
	ask, want []byte
	have      int
	let       bool  // in: it was answered once
	again     int   // segments that it had to send again when it was answered or lost, its connection request among them
	lost      error // how it was turned away, or thrown out; io.EOF: the connection was closed
}

// errWrong is an answer that is none.
var errWrong = errors.New("a wrong answer")

// present is what guests ask who only want to be let in: an echo.
var present = []byte("present\n")

func newThrong(addr string) (*throng, error) {
	to, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("clients of %s: %w", addr, err)
	}
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	t := &throng{addr: addr, epfd: epfd, begun: time.Now(), buf: make([]byte, 4<<10), events: make([]unix.EpollEvent, 512)}
	if ip := to.IP.To4(); ip != nil {
		t.to, t.family = &unix.SockaddrInet4{Port: to.Port, Addr: [4]byte(ip)}, unix.AF_INET
	} else {
		t.to, t.family = &unix.SockaddrInet6{Port: to.Port, Addr: [16]byte(to.IP.To16())}, unix.AF_INET6
	}
	return t, nil
}

func (t *throng) now() time.Duration { return time.Since(t.begun) }

// Close resets all connections, which leaves no port in TIME_WAIT.
func (t *throng) Close() {
	for i := range t.guests {
		t.leave(&t.guests[i])
	}
	_ = unix.Close(t.epfd)
}

func (t *throng) leave(g *guest) {
	if g.fd >= 0 {
		_ = unix.Close(g.fd)
		g.fd = -1
	}
}

// come adds n guests, who ask that and want that answer, at most so many of them on their way at a time. It returns when all are
// answered or lost, or when nothing has happened for as long as hush: then the rest are silent, and no further ones come.
// An error is this client's own, or that nobody can be asked.
func (t *throng) come(ctx context.Context, n, atOnce int, ask, want []byte, hush time.Duration) error {
	come := 0
	return t.wait(ctx, hush, func(under int) (more int, err error) {
		for ; come < n && under+more < atOnce; come++ {
			g := guest{came: t.now(), ask: ask, want: want}
			if g.fd, err = t.connect(len(t.guests)); err != nil {
				if errno := unix.Errno(0); !errors.As(err, &errno) || !theirs(errno) {
					return more, fmt.Errorf("client %d of %s: %w", len(t.guests)+1, t.addr, err)
				}
				g.lost = err // as it may be at once on loopback
			} else {
				more++
			}
			t.guests = append(t.guests, g)
		}
		return more, nil
	})
}

// theirs says that the server's side answered so, and that this machine lacks nothing.
func theirs(errno unix.Errno) bool {
	return errno == unix.ECONNREFUSED || errno == unix.ECONNRESET || errno == unix.ETIMEDOUT
}

// connect begins a connection, and reports edges of both directions under that number. What it opened is closed at an error.
func (t *throng) connect(number int) (fd int, err error) {
	fd, err = unix.Socket(t.family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	if err = unix.Connect(fd, t.to); err == nil || errors.Is(err, unix.EINPROGRESS) {
		err = unix.EpollCtl(t.epfd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLET, Fd: int32(number)})
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, os.NewSyscallError("connect", err)
	}
	return fd, nil
}

// wait turns until nobody is under way, or nothing has happened for as long as hush. more, asked before each turn with how many
// are under way, says how many it has added.
func (t *throng) wait(ctx context.Context, hush time.Duration, more func(under int) (int, error)) error {
	const look = 50 // ms
	last, under := t.now(), 0
	for {
		added, err := more(under)
		if under += added; err != nil || under == 0 {
			return err
		}
		n, err := unix.EpollWait(t.epfd, t.events, look)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("epoll_wait", err)
		}
		for _, event := range t.events[:max(n, 0)] {
			progress, done := t.proceed(&t.guests[event.Fd])
			if progress {
				last = t.now()
			}
			if done {
				under--
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if t.now()-last > hush {
			return nil
		}
	}
}

// askAll asks those guests, in that order, and waits as come does. One that is not in any more is left out.
func (t *throng) askAll(ctx context.Context, whom []int, text func(i int) (ask, want []byte), hush time.Duration) error {
	asked := false
	return t.wait(ctx, hush, func(int) (under int, err error) {
		if asked {
			return 0, nil
		}
		asked = true
		for _, i := range whom {
			g := &t.guests[i]
			if !g.in() {
				continue
			}
			g.ask, g.want = text(i)
			g.have, g.asked, g.answered = 0, 0, 0
			under++
			if _, done := t.proceed(g); done {
				under--
			}
		}
		return under, nil
	})
}

// rollCall has everybody who is in answered once more.
func (t *throng) rollCall(ctx context.Context, hush time.Duration) error {
	all := make([]int, len(t.guests))
	for i := range all {
		all[i] = i
	}
	return t.askAll(ctx, all, func(i int) (ask, want []byte) { return t.guests[i].ask, t.guests[i].want }, hush)
}

// in says that it has an answer to what it asked, and is connected still.
func (g *guest) in() bool { return g.answered > 0 && g.lost == nil }

// proceed does what the socket allows: the question goes out once it is connected, and the answer is received. done says that
// this guest is now answered or lost, who was not before.
func (t *throng) proceed(g *guest) (progress, done bool) {
	if g.fd < 0 {
		return false, false
	}
	was := g.answered > 0
	if g.asked == 0 {
		switch err := unix.Send(g.fd, g.ask, unix.MSG_NOSIGNAL); {
		case errors.Is(err, unix.EAGAIN):
			return false, false // not connected yet
		case err != nil:
			return true, t.lose(g, err) && !was
		}
		g.asked, progress = t.now(), true
		if g.connected == 0 {
			g.connected = g.asked
		}
	}
	for {
		n, _, err := unix.Recvfrom(g.fd, t.buf, 0)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return progress, false
		case errors.Is(err, unix.EINTR):
			continue
		case err == nil && n == 0:
			err = io.EOF
		case err == nil && !bytes.HasPrefix(g.want[g.have:], t.buf[:n]):
			err = errWrong
		}
		if err != nil {
			return true, t.lose(g, err) && !was
		}
		progress = true
		if g.have += n; g.have == len(g.want) {
			g.answered, g.let, g.again = t.now(), true, repeats(g.fd)
			return true, true
		}
	}
}

func (t *throng) lose(g *guest, err error) bool {
	g.lost, g.again = err, repeats(g.fd)
	t.leave(g)
	return true
}

// repeats is how many segments a socket's kernel has sent again.
func repeats(fd int) int {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0
	}
	return int(info.Total_retrans)
}
