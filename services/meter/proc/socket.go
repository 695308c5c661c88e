package proc

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Listener is a TCP socket in state LISTEN.
type Listener struct {
	Addr  netip.AddrPort
	Inode uint64 // tells one socket from a later one on the same port
}

// Accepts says whether a connection to addr would arrive at this socket.
func (l Listener) Accepts(addr netip.AddrPort) bool {
	if l.Addr.Port() != addr.Port() {
		return false
	}
	own := l.Addr.Addr()
	return own.IsUnspecified() || own.Unmap() == addr.Addr().Unmap()
}

// listen is TCP_LISTEN of linux/tcp_states.h as /proc/net/tcp prints it.
const listen = "0A"

// Listeners returns the listening TCP sockets of this network namespace. No
// connection is made, so a server that takes one client at a time notices nothing.
func (f FS) Listeners() ([]Listener, error) {
	four, err := listeners(f.path("net", "tcp"))
	if err != nil {
		return nil, err
	}
	six, err := listeners(f.path("net", "tcp6"))
	if err != nil && !errors.Is(err, unix.ENOENT) { // absent where IPv6 is off
		return nil, err
	}
	return append(four, six...), nil
}

// listeners reads only the head of the file: the kernel lists the listening
// sockets first, and ten thousand connections after them are 1.5 MB.
func listeners(path string) ([]Listener, error) {
	fd, err := open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(fd) }()
	var out []Listener
	buf, held := make([]byte, 8192), 0
	for head := true; ; {
		n, err := read(fd, buf[held:])
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		rest := buf[:held+n]
		for {
			line, after, whole := bytes.Cut(rest, []byte("\n"))
			if !whole {
				break
			}
			rest = after
			if head { // the names of the columns
				head = false
				continue
			}
			l, state, err := parseSocket(string(line))
			if err != nil {
				return nil, fmt.Errorf("parse %s: %w", path, err)
			}
			if state != listen {
				return out, nil
			}
			out = append(out, l)
		}
		if n == 0 { // the end, or a line that no buffer holds
			return out, nil
		}
		held = copy(buf, rest)
	}
}

// parseSocket reads one line: "sl: ADDRESS:PORT REMOTE:PORT STATE queues timer retransmits uid timeout INODE ...".
func parseSocket(line string) (Listener, string, error) {
	field := strings.Fields(line)
	if len(field) < 10 {
		return Listener{}, "", fmt.Errorf("%d fields in %q, not 10 or more", len(field), line)
	}
	addr, err := parseAddr(field[1])
	if err != nil {
		return Listener{}, "", err
	}
	inode, err := strconv.ParseUint(field[9], 10, 64)
	if err != nil {
		return Listener{}, "", err
	}
	return Listener{Addr: addr, Inode: inode}, field[3], nil
}

// parseAddr reads "0100007F:1B5F": the kernel prints each 32 bits of an
// address as a number, so their bytes stand in the machine's order.
func parseAddr(s string) (netip.AddrPort, error) {
	host, port, _ := strings.Cut(s, ":")
	raw, err := hex.DecodeString(host)
	if err != nil || (len(raw) != 4 && len(raw) != 16) {
		return netip.AddrPort{}, fmt.Errorf("address %q is not 8 or 32 hex digits", s)
	}
	p, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("port of %q: %w", s, err)
	}
	for i := 0; i < len(raw); i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	ip, _ := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(ip, uint16(p)), nil
}
