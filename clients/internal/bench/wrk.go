package main

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"c10klab/clients/internal/engine"
)

const (
	wrkConnections = 64
	wrkTime        = time.Second
)

var wrkFigure = []figure{{what: fmt.Sprintf("engine / wrk, one HTTP server, %d connections, requests", wrkConnections), bar: 1.2}}

var requestsPerSecond = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)

// wrkOnce loads one HTTP server by the engine and by wrk, in windows A B B A:
// wrk can't be stopped and started, so the windows hold its start, too. The
// server is the C yardstick, for one that is slower than wrk would hide the difference.
func wrkOnce(b *bench) ([]float64, error) {
	path, err := exec.LookPath("wrk")
	if err != nil {
		return nil, errors.New("wrk is not installed (Debian: apt-get install wrk)")
	}
	s, err := b.startYardstick("http")
	if err != nil {
		return nil, err
	}
	defer s.stop()
	var w *engine.Worker
	err = on(b.clientCPU, func() (err error) {
		w, err = engine.Spawn(b.ctx, engine.Options{CPU: b.clientCPU, Traffic: engine.Get(s.addr, "/")})
		return err
	})
	if w, err = b.dialled(w, err, s, wrkConnections); err != nil {
		return nil, err
	}
	defer w.Close()

	var ours, theirs float64
	for _, engines := range []bool{true, false, false, true} {
		if engines {
			slice, err := w.Slice(10*time.Millisecond, wrkTime)
			if err != nil {
				return nil, err
			}
			if slice.Errors.Total() > 0 {
				return nil, fmt.Errorf("connections failed: %s", slice.Errors)
			}
			ours += float64(slice.Requests) / slice.Seconds
			continue
		}
		rate, err := b.wrk(path, "http://"+s.addr+"/")
		if err != nil {
			return nil, err
		}
		theirs += rate
	}
	return []float64{ours / theirs}, nil
}

// wrk runs it once, with one thread, and returns its requests per second.
func (b *bench) wrk(path, url string) (float64, error) {
	cmd := exec.CommandContext(b.ctx, path, "-t1", fmt.Sprintf("-c%d", wrkConnections), fmt.Sprintf("-d%ds", int(wrkTime.Seconds())), url)
	var out []byte
	err := on(b.clientCPU, func() (err error) {
		out, err = cmd.CombinedOutput()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("run wrk: %w: %s", err, out)
	}
	return parseWrk(string(out))
}

func parseWrk(out string) (float64, error) {
	found := requestsPerSecond.FindStringSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("wrk printed no rate: %q", out)
	}
	return strconv.ParseFloat(found[1], 64)
}
