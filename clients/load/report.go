package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
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
	Arrivals    string           `json:"arrivals"`                 // closed, think:D, think-exp:D:SEED, fixed:RATE, poisson:RATE:SEED
	Response    map[string]int64 `json:"response_ns"`              // "p50", ..., "max"; from when the requests were due
	Service     map[string]int64 `json:"service_ns"`               // from when they were sent
	Lateness    map[string]int64 `json:"client_late_ns,omitempty"` // the client's own: sent after it was due, though there was room
	Planned     uint64           `json:"planned,omitempty"`        // requests due, open loop
	Sent        uint64           `json:"sent,omitempty"`           // of them, by the end
	Unanswered  uint64           `json:"unanswered,omitempty"`     // of them, at the end of all
	Answering   int              `json:"connections_answered"`
	Failed      int              `json:"connections_failed"`
	Errors      engine.Errors    `json:"errors"`
	ClientCPU   float64          `json:"client_cpu_s"`
	CPUReply    float64          `json:"client_cpu_per_reply_us"`
	Visits      int              `json:"visits,omitempty"`     // at a time, in place of connections
	Connect     map[string]int64 `json:"connect_ns,omitempty"` // visits: until the connection stood
	Slow        *slowResult      `json:"slow,omitempty"`
	Interrupted bool             `json:"interrupted,omitempty"`
}

var percentiles = []float64{50, 90, 99, 99.9}

func name(p float64) string { return "p" + strconv.FormatFloat(p, 'f', -1, 64) }

func (s *settings) result(m engine.Measured) result {
	r := result{
		Target: s.target.what, Connections: s.conns, Pipeline: s.pipeline,
		Seconds: m.Seconds, Replies: m.Requests, Rate: m.Rate(),
		Arrivals: s.arrivals().String(), Response: spread(m.Latency), Service: spread(m.Service), Lateness: spread(m.Lateness),
		Planned: m.Planned, Sent: m.Sent, Unanswered: m.Unanswered,
		Answering: m.Answering, Failed: m.Errors.Total(), Errors: m.Errors, ClientCPU: m.ClientCPU.Seconds(),
	}
	if s.visits > 0 {
		r.Connections, r.Visits, r.Connect = 0, s.visits, spread(m.Connect)
	}
	if m.Total > 0 {
		r.CPUReply = m.ClientCPU.Seconds() * 1e6 / float64(m.Total)
	}
	return r
}

// spread is a histogram's percentiles, those that it has samples enough for.
func spread(h *hdrhistogram.Histogram) map[string]int64 {
	values := map[string]int64{}
	if h == nil || h.TotalCount() == 0 {
		return values
	}
	n := float64(h.TotalCount())
	for _, p := range percentiles {
		if n*(100-p) >= beyond*100 {
			values[name(p)] = h.ValueAtPercentile(p)
		}
	}
	values["max"] = h.Max()
	return values
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
	if r.Planned > 0 {
		fmt.Fprintf(w, "planned   %s; %s sent by the end (%.2f %%), %s without a reply at the end\n", plural(int(r.Planned), "request"),
			thousands(r.Sent), 100*float64(r.Sent)/float64(r.Planned), thousands(r.Unanswered))
	}
	writeSpread(w, "response", r.Response)
	if len(r.Lateness) > 0 || r.Visits > 0 { // else the two are the same
		writeSpread(w, "service", r.Service)
	}
	if len(r.Lateness) > 0 {
		writeSpread(w, "late", r.Lateness)
	}
	if r.Visits > 0 {
		writeSpread(w, "connect", r.Connect)
	} else {
		fmt.Fprintf(w, "answered  %d of %s\n", r.Answering, plural(r.Connections, "connection"))
	}
	fmt.Fprintf(w, "errors    %s\n", r.Errors)
	if r.Slow != nil {
		fmt.Fprintf(w, "slow      %d of %s still served, with %s whole replies; %s\n", r.Slow.Served, plural(r.Slow.Clients, "client"),
			thousands(r.Slow.Replies), r.Slow.Errors)
	}
	fmt.Fprintf(w, "client    %.2f us of CPU per reply\n", r.CPUReply)
}

// writeSpread writes percentiles that stand below each other's.
func writeSpread(w io.Writer, what string, values map[string]int64) {
	if len(values) == 0 {
		fmt.Fprintf(w, "%-8s  nothing was measured\n", what)
		return
	}
	fmt.Fprintf(w, "%-8s", what)
	for _, p := range percentiles {
		if v, ok := values[name(p)]; ok {
			fmt.Fprintf(w, "  %s %-9s", name(p), span(v))
		}
	}
	fmt.Fprintf(w, "  max %s\n", span(values["max"]))
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

// show draws a progress bar while a terminal looks on, with the rate if replies
// can be counted (nil: they can't); the function that it returns takes it away.
func show(w io.Writer, replies func() uint64, whole time.Duration) (hide func()) {
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
		begin, last, before := time.Now(), time.Now(), uint64(0)
		for {
			select {
			case <-stop:
				_ = bar.Clear()
				return
			case now := <-tick.C:
				if replies != nil && now.Sub(last) >= time.Second {
					n := replies()
					bar.Describe(thousands(uint64(float64(n-before)/now.Sub(last).Seconds())) + " replies/s")
					last, before = now, n
				}
				_ = bar.Set64(int64(min(now.Sub(begin), whole-1)))
			}
		}
	}()
	return func() { close(stop); <-done }
}
