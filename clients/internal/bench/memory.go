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

func memoryFigure(service string, bar float64) []figure {
	return []figure{{what: "services/" + service + ", own memory per idle connection, KB", bar: bar, atMost: true}}
}

// memoryOnce opens ever more connections, calls the roll once over the new ones
// (so all are accepted, and have held a conversation) and reads what the process
// has in memory of its own. The kernel's part, sockets and stacks, is not in it.
func memoryOnce(service string) func(b *bench) ([]float64, error) {
	return func(b *bench) ([]float64, error) {
		s, err := b.startService(service, "echo")
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
		for _, n := range herds {
			g, err := e.Dial(b.ctx, s.addr, n-open)
			if err != nil {
				return nil, err
			}
			defer g.Close()
			if answered, err := g.Check(b.ctx, 10*time.Second); err != nil || answered != n-open {
				return nil, fmt.Errorf("%d of %d connections answered (%v)", answered, n-open, err)
			}
			open = n
			kb, err := anonymous(s.cmd.Process.Pid)
			if err != nil {
				return nil, err
			}
			xs, ys = append(xs, float64(n)), append(ys, kb)
		}
		return []float64{slope(xs, ys)}, nil
	}
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
