package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"c10klab/clients/internal/engine"
)

// beyond is how many samples a percentile needs above it: with fewer it is the
// answer of a handful of requests, and another run gives another one.
const beyond = 50

// result is what was measured, as -json prints it.
type result struct {
	Target      string           `json:"target"`
	Connections int              `json:"connections"`
	Pipeline    int              `json:"pipeline"`
	Seconds     float64          `json:"seconds"`
	Replies     uint64           `json:"replies"`
	Rate        float64          `json:"replies_per_s"`
	Response    map[string]int64 `json:"response_ns"` // "p50", ..., "max"
	Answering   int              `json:"connections_answered"`
	Failed      int              `json:"connections_failed"`
	Errors      engine.Errors    `json:"errors"`
	ClientCPU   float64          `json:"client_cpu_s"`
	CPUReply    float64          `json:"client_cpu_per_reply_us"`
	Interrupted bool             `json:"interrupted,omitempty"`
}

var percentiles = []float64{50, 90, 99, 99.9}

func name(p float64) string { return "p" + strconv.FormatFloat(p, 'f', -1, 64) }

func (s *settings) result(m engine.Measured) result {
	r := result{
		Target: s.target.what, Connections: s.conns, Pipeline: s.pipeline,
		Seconds: m.Seconds, Replies: m.Requests, Rate: m.Rate(), Response: map[string]int64{},
		Answering: m.Answering, Failed: m.Errors.Total(), Errors: m.Errors, ClientCPU: m.ClientCPU.Seconds(),
	}
	if m.Total > 0 {
		r.CPUReply = m.ClientCPU.Seconds() * 1e6 / float64(m.Total)
	}
	n := float64(m.Latency.TotalCount())
	for _, p := range percentiles {
		if n*(100-p) >= beyond*100 {
			r.Response[name(p)] = m.Latency.ValueAtPercentile(p)
		}
	}
	if n > 0 {
		r.Response["max"] = m.Latency.Max()
	}
	return r
}

func (r *result) writeJSON(w io.Writer) error {
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write the result as JSON: %w", err)
	}
	if _, err := fmt.Fprintf(w, "%s\n", line); err != nil {
		return fmt.Errorf("write the result as JSON: %w", err)
	}
	return nil
}

func (r *result) write(w io.Writer) {
	fmt.Fprintf(w, "\nrate      %s replies/s (%s in %.2f s)\n", thousands(uint64(r.Rate+0.5)), thousands(r.Replies), r.Seconds)
	if len(r.Response) == 0 {
		fmt.Fprintln(w, "response  nothing was measured")
	} else {
		var parts []string
		for _, p := range percentiles {
			if v, ok := r.Response[name(p)]; ok {
				parts = append(parts, name(p)+" "+span(v))
			}
		}
		parts = append(parts, "max "+span(r.Response["max"]))
		fmt.Fprintln(w, "response  "+strings.Join(parts, "   "))
	}
	fmt.Fprintf(w, "answered  %d of %s\n", r.Answering, plural(r.Connections, "connection"))
	fmt.Fprintf(w, "errors    %s\n", r.Errors)
	fmt.Fprintf(w, "client    %.2f us of CPU per reply\n", r.CPUReply)
}

// span is a time in the unit that suits it.
func span(ns int64) string {
	d := time.Duration(ns)
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f us", float64(ns)/1e3)
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f ms", float64(ns)/1e6)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// thousands writes 1234567 as 1,234,567.
func thousands(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return thousands(uint64(n)) + " " + thing + "s"
}

// show draws a progress bar while a terminal looks on; the function that it
// returns takes it away.
func show(w io.Writer, g *engine.Group, whole time.Duration) (hide func()) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func() {}
	}
	bar := progressbar.NewOptions64(int64(whole), progressbar.OptionSetWriter(w), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false), progressbar.OptionFullWidth())
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		begin, last, before := time.Now(), time.Now(), g.Replies()
		for {
			select {
			case <-stop:
				_ = bar.Clear()
				return
			case now := <-tick.C:
				if now.Sub(last) >= time.Second {
					n := g.Replies()
					bar.Describe(thousands(uint64(float64(n-before)/now.Sub(last).Seconds())) + " replies/s")
					last, before = now, n
				}
				_ = bar.Set64(int64(min(now.Sub(begin), whole-1)))
			}
		}
	}()
	return func() { close(stop); <-done }
}
