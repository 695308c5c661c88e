package claims

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"c10klab/clients/internal/result"
)

// walked is what a select costs with its sockets at the highest descriptors over what it costs with them at the lowest.
// Its noise is what the same ratio of poll shows, which never sees a descriptor's number.
func (e Evidence) walked() Figure {
	const fact = "fdsetsize-walk"
	f := e.fraction("facts", fact, "select_high_ns", fact, "select_low_ns")
	if poll := e.fraction("facts", fact, "poll_high_ns", fact, "poll_low_ns"); f.Missing == "" && f.Unsupported == "" {
		f.Floor = max(math.Abs(poll.Low-1), math.Abs(poll.High-1))
	}
	return f
}

// more is by how much one count of a model exceeds another.
func (e Evidence) more(model, experiment, name, than string) Figure {
	a, b := e.count(model, experiment, name), e.count(model, experiment, than)
	switch {
	case a.Missing != "" || a.Unsupported != "":
		return a
	case b.Missing != "" || b.Unsupported != "":
		return b
	}
	return exact(a.Median - b.Median)
}

var stopsAt = regexp.MustCompile(`^stops at ([\d,]+)`)

// stops is the least number of clients at which a model was found to stop, in whichever experiment.
func (e Evidence) stops(model string) Figure {
	least := math.Inf(1)
	for _, r := range e.run.Records {
		if r.Model != model {
			continue
		}
		if at := r.Figures["stops_at"]; at > 0 && (r.Outcome == result.OK || r.Outcome == result.Bound) {
			least = min(least, at)
		} else if m := stopsAt.FindStringSubmatch(r.Reason); m != nil && r.Outcome == result.Bound {
			if at, err := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64); err == nil {
				least = min(least, at)
			}
		}
	}
	if math.IsInf(least, 1) {
		return Figure{Missing: model + " was not brought to where it stops in this run"}
	}
	return exact(least)
}

// waitedOfTimeout is how much longer a median reply takes by how much longer the server's time-out is, from 1 s to 4 s.
func waitedOfTimeout(f map[string]float64) (low, high float64) {
	const us = (4 - 1) * 1e6
	return (named(f, "reply_low_us@4000") - named(f, "reply_high_us@1000")) / us, (named(f, "reply_high_us@4000") - named(f, "reply_low_us@1000")) / us
}

// idleCPU is the CPU of a server whose one client is silent, in ms of each second. It was read at both ends of the time, exactly.
func idleCPU(f map[string]float64) (low, high float64) {
	ms := named(f, "idle_cpu_ms_per_s")
	return ms, ms
}
