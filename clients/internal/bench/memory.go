package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"c10klab/clients/internal/engine"
)

// herds are the numbers of idle connections that the slope goes through.
var herds = []int{200, 1000, 4000}

// memory is what an idle connection takes of a service's own.
type memory struct {
	service string
	herds   []int
	bar     float64 // KB
}

func (m memory) figures() []figure {
	return []figure{{what: m.service + ", own memory per idle connection", bar: m.bar, atMost: true, unit: " KB", steady: true}}
}

// arriving is how many connections are opened and asked at a time. All at once they
// would be a burst, and what a burst leaves behind (stacks of a pool's threads, queues
// that grew) would pass for memory of idle connections.
const arriving = 100

// once opens ever more connections, calls the roll once over the new ones
// (so all are accepted, and have held a conversation) and reads what the process
// has in memory of its own. The kernel's part, sockets and stacks, is not in it.
func (m memory) once(b *bench) ([]float64, error) {
	s, err := b.startService(m.service, "echo")
	if err != nil {
		return nil, err
	}
	defer s.stop()
	e, err := engine.New(engine.Options{CPU: b.clientCPU, Traffic: engine.Echo(requestBytes)})
	if err != nil {
		return nil, err
	}
	defer e.Close()
	var xs, ys []float64
	open := 0
	for _, n := range m.herds {
		for open < n {
			more := min(n-open, arriving)
			g, err := e.Dial(b.ctx, s.addr, more)
			if err != nil {
				return nil, s.explain(err)
			}
			defer g.Close()
			if answered, err := g.Check(b.ctx, 10*time.Second); err != nil || answered != more {
				return nil, s.explain(fmt.Errorf("beside %d others %d of %d connections answered (%v)", open, answered, more, err))
			}
			open += more
		}
		kb, err := anonymous(s.cmd.Process.Pid)
		if err != nil {
			return nil, err
		}
		xs, ys = append(xs, float64(n)), append(ys, kb)
	}
	return []float64{slope(xs, ys)}, nil
}

// anonymous is RssAnon of /proc/PID/status (proc_pid_status(5)) in KB: heap and
// stacks, without the pages of the binary that are shared with its file.
func anonymous(pid int) (float64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read a server's memory: %w", err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if value, found := strings.CutPrefix(lines.Text(), "RssAnon:"); found {
			return strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(value, "kB")), 64)
		}
	}
	return 0, fmt.Errorf("read a server's memory: no RssAnon in %s", f.Name())
}

// slope is the least-squares line's.
func slope(xs, ys []float64) float64 {
	var sx, sy float64
	for i := range xs {
		sx += xs[i]
		sy += ys[i]
	}
	mx, my := sx/float64(len(xs)), sy/float64(len(ys))
	var above, below float64
	for i := range xs {
		above += (xs[i] - mx) * (ys[i] - my)
		below += (xs[i] - mx) * (xs[i] - mx)
	}
	return above / below
}
