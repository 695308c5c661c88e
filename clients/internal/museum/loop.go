package museum

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// loop is the exhibits' server: one thread, level-triggered epoll.
type loop struct {
	how
	addr     string
	epfd     int
	listener int
	unread   map[int][]byte // what has come of each connection's next request
	buf      []byte
}

func newLoop(h how) (*loop, error) {
	l := &loop{how: h, unread: map[int][]byte{}, buf: make([]byte, 16<<10)}
	var err error
	if l.listener, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	if err := unix.Bind(l.listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return nil, fmt.Errorf("bind to 127.0.0.1: %w", err)
	}
	if err := unix.Listen(l.listener, 1024); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	name, err := unix.Getsockname(l.listener)
	if err != nil {
		return nil, fmt.Errorf("getsockname: %w", err)
	}
	l.addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(name.(*unix.SockaddrInet4).Port))
	if l.epfd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	return l, l.watch(l.listener)
}

func (l *loop) watch(fd int) error {
	if err := unix.EpollCtl(l.epfd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}); err != nil {
		return fmt.Errorf("epoll_ctl: %w", err)
	}
	return nil
}

func (l *loop) run() error {
	events := make([]unix.EpollEvent, 256)
	timeout := -1
	if l.Spin {
		timeout = 0
	}
	for {
		n, err := unix.EpollWait(l.epfd, events, timeout)
		if err != nil && err != unix.EINTR {
			return fmt.Errorf("epoll_wait: %w", err)
		}
		for i := range max(n, 0) {
			if fd := int(events[i].Fd); fd == l.listener {
				l.accept()
			} else if !l.serve(fd) {
				delete(l.unread, fd)
				_ = unix.Close(fd)
			}
		}
		runtime.Gosched() // or the runtime takes the loop for stuck and its processor away
	}
}

// accept takes one connection; level-triggered, the next one is reported again.
func (l *loop) accept() {
	fd, _, err := unix.Accept4(l.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err != nil {
		return
	}
	if !l.Nagle {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if err != nil || l.watch(fd) != nil {
		_ = unix.Close(fd)
	}
}

// serve answers all whole requests that have come on fd; false: close it.
func (l *loop) serve(fd int) bool {
	n, err := unix.Read(fd, l.buf)
	if err == unix.EAGAIN || err == unix.EINTR {
		return true
	}
	if err != nil || n == 0 {
		return false
	}
	got := l.buf[:n]
	if kept := l.unread[fd]; len(kept) > 0 {
		got = append(kept, got...)
	}
	for {
		size := l.request(got)
		if size == 0 {
			break
		}
		l.compute()
		reply, last := l.reply(got[:size])
		if !l.send(fd, reply) || last {
			return false
		}
		got = got[size:]
	}
	l.unread[fd] = append(l.unread[fd][:0], got...)
	return true
}

// request is the length of the first whole request; 0: there is none yet.
func (l *loop) request(p []byte) int {
	if l.Page {
		const end = "\r\n\r\n"
		if i := bytes.Index(p, []byte(end)); i >= 0 {
			return i + len(end)
		}
		return 0
	}
	if len(p) < message {
		return 0
	}
	return message
}

const page = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nten thousand\n"

// reply is the answer, and whether the connection ends with it.
func (l *loop) reply(request []byte) (reply []byte, last bool) {
	if !l.Page {
		return request, false
	}
	return []byte(page), bytes.Contains(request, []byte("\r\nConnection: close\r\n"))
}

// compute spends CPU time; by the wall's clock a server that is stopped meanwhile would get off lightly.
func (l *loop) compute() {
	if l.Work > 0 {
		for began := spent(); spent()-began < l.Work; {
		}
	}
}

// spent is this process's CPU time so far.
func spent() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t)
	return time.Duration(t.Nano())
}

// send writes the reply in as many parts as asked. A client that leaves so much
// unread that a short reply finds no room is closed.
func (l *loop) send(fd int, reply []byte) bool {
	part := (len(reply) + l.Parts - 1) / l.Parts
	for len(reply) > 0 {
		n, err := unix.Write(fd, reply[:min(part, len(reply))])
		if err != nil {
			return false
		}
		reply = reply[n:]
	}
	return true
}
