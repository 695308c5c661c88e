package gate

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// counted are the kernel's counters that must not move: file, table and name. The last two excuse RetransSegs.
var counted = []struct{ file, table, name string }{
	{"net/netstat", "TcpExt:", "ListenDrops"},
	{"net/netstat", "TcpExt:", "ListenOverflows"},
	{"net/netstat", "TcpExt:", "TCPTimeouts"},
	{"net/snmp", "Tcp:", retransmitted},
	{"net/netstat", "TcpExt:", lossProbes},
	{"net/netstat", "TcpExt:", lossProbesHelped},
}

var tracked = []string{"drop", "insert_failed"} // of the connection-tracking table

// Counters are what the kernel counted in one network namespace.
type Counters struct {
	Events        map[string]uint64 // since the namespace was made; those that this kernel does not have are left out
	Conntrack     uint64            // entries in the connection-tracking table
	ConntrackRoom uint64            // that it has room for; 0: there is no table
}

// ReadCounters reads those of the network namespace that the calling thread is in.
func ReadCounters() (Counters, error) { return readCounters("/proc") }

func readCounters(proc string) (Counters, error) {
	c := Counters{Events: map[string]uint64{}}
	for _, want := range counted {
		b, err := os.ReadFile(filepath.Join(proc, "thread-self", want.file))
		if err != nil {
			return c, fmt.Errorf("read the kernel's network counters: %w", err)
		}
		if v, ok := column(string(b), want.table, want.name); ok {
			c.Events[want.name] = v
		}
	}
	// The table is a module's, which need not be there.
	if b, err := os.ReadFile(filepath.Join(proc, "thread-self/net/stat/nf_conntrack")); err == nil {
		c.addTracked(string(b))
	}
	c.Conntrack = number(filepath.Join(proc, "sys/net/netfilter/nf_conntrack_count"))
	c.ConntrackRoom = number(filepath.Join(proc, "sys/net/netfilter/nf_conntrack_max"))
	return c, nil
}

// column finds a value in a file of pairs of lines: names, and values below them.
func column(text, table, name string) (uint64, bool) {
	lines := strings.Split(text, "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		names, values := strings.Fields(lines[i]), strings.Fields(lines[i+1])
		at := slices.Index(names, name)
		if len(names) == 0 || names[0] != table || at < 0 || at >= len(values) {
			continue
		}
		v, err := strconv.ParseUint(values[at], 10, 64)
		return v, err == nil
	}
	return 0, false
}

// addTracked sums a table of hexadecimal numbers, a line for each CPU.
func (c *Counters) addTracked(text string) {
	lines := strings.Split(text, "\n")
	names := strings.Fields(lines[0])
	for _, want := range tracked {
		at := slices.Index(names, want)
		if at < 0 {
			continue
		}
		for _, l := range lines[1:] {
			values := strings.Fields(l)
			if at >= len(values) {
				continue
			}
			if v, err := strconv.ParseUint(values[at], 16, 64); err == nil {
				c.Events["conntrack "+want] += v
			}
		}
	}
}

func number(path string) uint64 {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
	return n
}
