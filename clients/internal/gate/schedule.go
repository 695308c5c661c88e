package gate

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Sent is gate 6: an open loop sends what it planned.
func Sent(sent, planned uint64) string {
	if planned == 0 || float64(sent) >= SentShare*float64(planned) {
		return ""
	}
	return fmt.Sprintf("of %d planned requests %d were sent in time, less than %s: it was no open loop", planned, sent, percent(SentShare))
}

// Percentile is one of a distribution of response times, with the client's
// lateness at the same one.
type Percentile struct {
	Of                 float64 // 0 to 100
	Response, Lateness time.Duration
}

// Percentiles reads them from the two histograms (ns); none without lateness.
func Percentiles(response, lateness *hdrhistogram.Histogram, of ...float64) []Percentile {
	if response == nil || lateness == nil {
		return nil
	}
	out := make([]Percentile, len(of))
	for i, p := range of {
		out[i] = Percentile{p, time.Duration(response.ValueAtPercentile(p)), time.Duration(lateness.ValueAtPercentile(p))}
	}
	return out
}

// Late is the rest of gate 6: the percentiles that are withheld, for the client
// itself was late at them.
func Late(percentiles []Percentile) (withheld []Percentile) {
	for _, p := range percentiles {
		if p.Lateness > max(LatenessLeast, time.Duration(LatenessShare*float64(p.Response))) {
			withheld = append(withheld, p)
		}
	}
	return withheld
}

// Reason says why such a percentile is withheld.
func (p Percentile) Reason() string {
	return fmt.Sprintf("at the percentile %v the client itself was %v late, of a response time of %v", p.Of, p.Lateness, p.Response)
}
