package report

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// Stop is where a model stops taking clients.
type Stop struct {
	Model   string
	At      int    // the most clients that it answered; 0: it stopped nowhere
	Errno   string // what it met; empty: not known
	Words   string // the first reason, whole
	Reached int    // the most clients with which it was measured in any experiment
}

var (
	stopsAt = regexp.MustCompile(`stops at ([\d,]+)`)
	errno   = regexp.MustCompile(`\bE[A-Z0-9]{3,}\b`)
)

// Stops says of each model that was measured where it stops, and known whether a limit was looked for or met.
func (s *Summary) Stops() (stops []Stop, known bool) {
	for _, row := range s.Rows {
		stop, met := s.stop(row.Model)
		known = known || met
		if stop.At > 0 || stop.Reached > 0 && s.wentFar(stop) {
			stops = append(stops, stop)
		}
	}
	return stops, known
}

// wentFar says that a model was put to a limit, or to so many clients that it is worth to be told.
func (s *Summary) wentFar(stop Stop) bool {
	const many = 1000
	return stop.Reached >= many || len(s.Run.Trials(stop.Model, "cliff", result.OK)) > 0
}

// stop goes by experiment cliff, or else by what other experiments met on their way.
func (s *Summary) stop(model string) (stop Stop, met bool) {
	stop.Model = model
	for _, r := range s.matching(model, func(result.Record) bool { return true }) {
		cliff := r.Experiment == "cliff"
		met = met || cliff || r.Outcome == result.Bound
		if r.Outcome == result.OK && !(cliff && r.Figures["stops_at"] > 0) {
			stop.Reached = max(stop.Reached, r.Connections+r.Idle)
		}
		for _, name := range []string{"reached", "connections", "answered"} {
			stop.Reached = max(stop.Reached, int(r.Figures[name]))
		}
		at := stopOf(r)
		if at == 0 || stop.At > 0 && !cliff {
			continue
		}
		stop.At, stop.Words = at, r.Reason
		if stop.Errno = r.Notes["errno"]; stop.Errno == "" {
			stop.Errno = errno.FindString(r.Reason)
		}
	}
	if rounds := s.stopRounds(model); len(rounds) > 0 {
		stop.At = int(math.Round(stats.Median(rounds)))
	}
	return stop, met
}

// stopRounds are the ends that the rounds of cliff found.
func (s *Summary) stopRounds(model string) (ends []float64) {
	for _, r := range s.Run.Records {
		if at := stopOf(r); r.Model == model && r.Experiment == "cliff" && at > 0 {
			ends = append(ends, float64(at))
		}
	}
	return ends
}

// stopOf is where a model stopped in one cell; 0: it did not.
func stopOf(r result.Record) int {
	if at := r.Figures["stops_at"]; at > 0 {
		return int(at)
	}
	m := stopsAt.FindStringSubmatch(r.Reason)
	if r.Outcome != result.Bound || m == nil {
		return 0
	}
	at, _ := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
	return at
}

// stopsSheet is the table of the cliffs.
func (s *Summary) stopsSheet() Sheet {
	t := Sheet{
		Name: "cliff", Title: "Where each model stops",
		About:  "The most clients that were answered at once, and what the next one met.",
		Header: []string{"", "stops at", "errno", "measured with"}, Right: 2,
	}
	stops, known := s.Stops()
	if !known {
		return t
	}
	for _, stop := range stops {
		line := []string{stop.Model, "-", "-", Thousands(stop.Reached)}
		if stop.At > 0 {
			line[1] = Thousands(stop.At)
		}
		if stop.Errno != "" {
			line[2] = stop.Errno
		}
		t.Rows = append(t.Rows, line)
		if stop.Words != "" {
			t.Notes = append(t.Notes, Note{stop.Model + ": ", ended(stop.Words)})
		}
	}
	return t
}
