package program

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// FreeAddress is 127.0.0.1 with a port at which nobody listens now.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("choosing a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// Listening says whether somebody listens at the address's port. It asks the kernel's table (proc(5), /proc/net/tcp): a
// connection would be a client, and a server may do anything with its first one.
func Listening(address string) (bool, error) {
	_, name, err := net.SplitHostPort(address)
	if err != nil {
		return false, fmt.Errorf("%q is no address: %w", address, err)
	}
	port, err := strconv.ParseUint(name, 10, 16)
	if err != nil {
		return false, fmt.Errorf("%q has no port: %w", address, err)
	}
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil && !os.IsNotExist(err) {
			return false, fmt.Errorf("asking who listens: %w", err)
		}
		if listens(string(text), fmt.Sprintf(":%04X", port)) {
			return true, nil
		}
	}
	return false, nil
}

// listens looks for a socket that listens at a port, such as ":1B5F".
func listens(table, port string) bool {
	const listen = "0A" // TCP_LISTEN
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) > 3 && f[3] == listen && strings.HasSuffix(f[1], port) {
			return true
		}
	}
	return false
}
