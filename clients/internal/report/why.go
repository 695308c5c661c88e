package report

import (
	"fmt"
	"math"
	"strconv"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// side estimates a figure of the contender over the rounds of its rank with 64 clients; what is not positive is not known.
func side(records []result.Record, of func(result.Side) float64) string {
	var x []float64
	for _, r := range records {
		if v := of(r.Contender); r.Outcome == result.OK && v > 0 {
			x = append(x, v)
		}
	}
	if m := stats.Median(x); m == math.Trunc(2*m)/2 { // a count, or between two of them
		return strconv.FormatFloat(m, 'f', -1, 64)
	}
	return Number(stats.Median(x))
}

// whySheet is what stands behind the rates: whose CPU time, how many switches, how many threads, and what they wait in.
func (s *Summary) whySheet() Sheet {
	t := Sheet{
		Name: "why", Title: "Why: what a request takes",
		About: "64 clients, for each request: CPU time in us of the server, of the client, of both (the kernel bills part of " +
			"a reply to either), the server's in user and in system mode, context switches of the server. Memory is of an idle connection, in KB.",
		Header: []string{"", "waits in", "server", "client", "pair", "user", "system", "switches", "threads", "processes", "KB own", "KB kernel"}, Right: 3,
	}
	ran := false
	for _, row := range s.Rows {
		records := s.records(row.Model, "throughput", 64, 0)
		line := []string{row.Model, row.found()}
		for _, of := range []func(result.Side) float64{
			func(x result.Side) float64 { return x.CPU },
			func(x result.Side) float64 { return x.ClientCPU },
			pair,
			func(x result.Side) float64 { return x.User },
			func(x result.Side) float64 { return x.System },
			func(x result.Side) float64 { return x.Switches },
			func(x result.Side) float64 { return x.Threads },
			func(x result.Side) float64 { return x.Processes },
		} {
			words := side(records, of)
			ran = ran || words != "-"
			line = append(line, words)
		}
		t.Rows = append(t.Rows, append(line, memoryWords(row.Own), memoryWords(row.Kernel)))
	}
	if !ran {
		t.Rows = nil
		return t
	}
	if off := s.tickError(); off > 0 {
		t.Notes = []Note{{"", fmt.Sprintf("User and system are sampled at the timer's ticks: right to %.2f us at best.", off)}}
	}
	return t
}

// pair is the CPU time of both sides; 0 if one is not known.
func pair(x result.Side) float64 {
	if x.CPU <= 0 || x.ClientCPU <= 0 {
		return 0
	}
	return x.CPU + x.ClientCPU
}

func memoryWords(bytes float64) string {
	if math.IsNaN(bytes) {
		return "-"
	}
	return kilobytes(bytes)
}

// found is which calls the threads were seen in, and how many.
func (r Row) found() string {
	if r.Waits == nil {
		return "-"
	}
	return models.Found(*r.Waits)
}

// tickError is what one tick in a window is for a request, in us: the median over the cells with 64 clients.
func (s *Summary) tickError() float64 {
	hz, err := strconv.ParseFloat(s.Run.Manifest.Machine.HZ, 64)
	if err != nil || hz <= 0 {
		return 0
	}
	var x []float64
	for _, r := range s.Run.Records {
		if r.Experiment == "throughput" && r.Outcome == result.OK && r.Contender.Total > 0 {
			x = append(x, 1e6/hz/float64(r.Contender.Total))
		}
	}
	if len(x) == 0 {
		return 0
	}
	return stats.Median(x)
}
