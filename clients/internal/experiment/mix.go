package experiment

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"c10klab/services/protocol"
)

// Mix is a load of one's own: so many connections, a share of which asks. Those that ask are split evenly over the
// kinds of request that it names: echo of some bytes, work, wait.
type Mix struct {
	Connections int           // in all, 1 to 20,000
	Active      int           // of these ask, and ask again when they have the reply; at least one for each kind
	Bytes       int           // of an echo, 1 to 65,536; 0: none asks for echo
	Work        int           // hashes of a request, 1 to protocol.MaxWork; 0: none asks for work
	Wait        time.Duration // of a request, whole milliseconds, at most protocol.MaxWait; below 0: none asks to wait
	CPUs        int           // that the services have; 0: as many as they have
}

// Bounds of a Mix.
const (
	maxMixed = 20000
	maxBytes = 64 << 10
)

// ParseMix reads a mix such as conns=5000,active=2%,bytes=1024,work=200,wait=20ms,cpus=1. What is left out: 64 connections,
// all active; 64 bytes where neither work nor wait is asked for.
func ParseMix(text string) (Mix, error) {
	m := Mix{Connections: 64, Wait: -1}
	active := "100%"
	for field := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(field), "=")
		if !ok {
			return m, fmt.Errorf("load %q: %q is no name=value; names are conns, active, bytes, work, wait, cpus", text, field)
		}
		var err error
		switch name {
		case "conns":
			m.Connections, err = between(value, 1, maxMixed)
		case "active":
			active = value
		case "bytes":
			m.Bytes, err = between(value, 1, maxBytes)
		case "work":
			m.Work, err = between(value, 1, protocol.MaxWork)
		case "wait":
			m.Wait, err = parseWait(value)
		case "cpus":
			m.CPUs, err = between(value, 1, 1024)
		default:
			err = fmt.Errorf("no such name; there are conns, active, bytes, work, wait, cpus")
		}
		if err != nil {
			return m, fmt.Errorf("load %q: %s: %w", text, name, err)
		}
	}
	if m.Bytes == 0 && m.Work == 0 && m.Wait < 0 {
		m.Bytes = 64
	}
	if err := m.share(active); err != nil {
		return m, fmt.Errorf("load %q: %w", text, err)
	}
	return m, nil
}

// share sets how many are active: a number, or a percentage of all.
func (m *Mix) share(active string) error {
	if percent, is := strings.CutSuffix(active, "%"); is {
		p, err := strconv.ParseFloat(percent, 64)
		if err != nil || !(p > 0 && p <= 100) {
			return fmt.Errorf("active=%s: want a number, or a percentage above 0 and at most 100", active)
		}
		m.Active = max(1, int(float64(m.Connections)*p/100+0.5))
	} else {
		n, err := between(active, 1, m.Connections)
		if err != nil {
			return fmt.Errorf("active: %w", err)
		}
		m.Active = n
	}
	if kinds := len(m.Kinds()); m.Active < kinds {
		return fmt.Errorf("%d active connections for %d kinds of request: each kind needs one at least", m.Active, kinds)
	}
	return nil
}

func between(text string, low, high int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%q: want a number from %d to %d", text, low, high)
	}
	return n, nil
}

func parseWait(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > protocol.MaxWait*time.Millisecond || d%time.Millisecond != 0 {
		return 0, fmt.Errorf("%q: want whole milliseconds up to %v, such as 20ms", text, protocol.MaxWait*time.Millisecond)
	}
	return d, nil
}

// Kinds are the applications that the mix asks, in their order.
func (m Mix) Kinds() (kinds []protocol.App) {
	if m.Bytes > 0 {
		kinds = append(kinds, protocol.Echo)
	}
	if m.Work > 0 {
		kinds = append(kinds, protocol.Work)
	}
	if m.Wait >= 0 {
		kinds = append(kinds, protocol.Wait)
	}
	return kinds
}

// String is the mix as ParseMix reads it.
func (m Mix) String() string {
	text := fmt.Sprintf("conns=%d,active=%d", m.Connections, m.Active)
	if m.Bytes > 0 {
		text += fmt.Sprintf(",bytes=%d", m.Bytes)
	}
	if m.Work > 0 {
		text += fmt.Sprintf(",work=%d", m.Work)
	}
	if m.Wait >= 0 {
		text += fmt.Sprintf(",wait=%v", m.Wait)
	}
	if m.CPUs > 0 {
		text += fmt.Sprintf(",cpus=%d", m.CPUs)
	}
	return text
}
