package report

import (
	"math"
	"slices"
	"strings"

	"github.com/HdrHistogram/hdrhistogram-go"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
)

// Tail is a model's response times in one place, all rounds together.
type Tail struct {
	Model          string
	Samples        int64
	Curve          []Percentile
	P50            stats.Estimate // us, over the rounds
	P90, P99, P999 float64        // us, of all samples; NaN: too few lie beyond
	Largest        float64        // us; NaN: withheld in one of the rounds
	Undecipherable int            // rounds whose histogram can't be read
}

// Percentile is a response time that so many per cent do not exceed, in us; Low and High are known of a band only.
type Percentile struct{ Percent, Us, Low, High float64 }

// needed samples must lie beyond a percentile.
const needed = 50

// grid is where curves are drawn: evenly on an axis of how many lie beyond.
func grid() (percents []float64) {
	for i := range 120 {
		percents = append(percents, 100*(1-math.Pow(10, -float64(i+1)/24)))
	}
	return percents
}

// TailPlace is a cell whose response times mean something: that of one client, or those of an open loop.
type TailPlace struct {
	Title string
	Open  bool
	place place
}

// TailPlaces are the run's.
func (s *Summary) TailPlaces() (places []TailPlace) {
	var seen []place
	for _, r := range s.Run.Records {
		p, open := placeOf(r), openLoop(r)
		if slices.Contains(seen, p) || r.Contender.Histogram == "" || !open && (r.Experiment != "latency" || r.Connections != 1) {
			continue
		}
		seen = append(seen, p)
		t := TailPlace{"Response times of one client", open, p}
		if open {
			t.Title = "Response times: " + r.Experiment
			if r.Load != "" {
				t.Title += ", " + r.Load
			}
		}
		places = append(places, t)
	}
	return places
}

// openLoop says that requests fell due whatever the server did.
func openLoop(r result.Record) bool {
	return strings.Contains(strings.ToLower(r.Load), "open loop") || slices.Contains([]string{"rate", "capacity", "overload"}, r.Experiment)
}

// Tails are the models' in a place, in their order.
func (s *Summary) Tails(at TailPlace) (tails []Tail) {
	for _, model := range s.subjects(at.place.experiment) {
		t := Tail{Model: model, P90: math.NaN(), P99: math.NaN(), P999: math.NaN()}
		var all *hdrhistogram.Histogram
		var p50, longest []float64
		for _, r := range s.at(model, at.place) {
			if r.Outcome != result.OK {
				continue
			}
			h, err := r.Contender.Decode()
			switch {
			case err != nil:
				t.Undecipherable++
				continue
			case h == nil || h.TotalCount() == 0:
				continue
			case all == nil:
				all = h
			default:
				all.Merge(h)
			}
			p50, longest = append(p50, r.Contender.Latency.P50), append(longest, r.Contender.Latency.Max)
		}
		if all != nil {
			t.fill(all, p50)
			// The histogram has one where the gate has withheld it, too.
			if t.Largest = math.NaN(); slices.Min(longest) > 0 {
				t.Largest = slices.Max(longest)
			}
		}
		if all != nil || t.Undecipherable > 0 {
			tails = append(tails, t)
		}
	}
	return tails
}

func (t *Tail) fill(h *hdrhistogram.Histogram, p50 []float64) {
	unknown := func(v float64) bool { return v <= 0 }
	t.P50 = stats.Over(slices.DeleteFunc(p50, unknown))
	t.Samples = h.TotalCount()
	t.P90, t.P99, t.P999 = percentile(h, 90), percentile(h, 99), percentile(h, 99.9)
	for _, p := range grid() {
		if us := percentile(h, p); us > 0 {
			t.Curve = append(t.Curve, Percentile{Percent: p, Us: us})
		}
	}
}

// percentile is NaN where too few samples lie beyond.
func percentile(h *hdrhistogram.Histogram, percent float64) float64 {
	if float64(h.TotalCount())*(100-percent)/100 < needed {
		return math.NaN()
	}
	return float64(h.ValueAtPercentile(percent)) / 1e3
}

// TailBand is where the reference's own curve lay in the trials of a place, all but the outermost tenth of them: two
// curves inside it may be one.
func (s *Summary) TailBand(at TailPlace) (band []Percentile) {
	var trials []*hdrhistogram.Histogram
	for _, r := range s.Run.Records {
		side := r.Reference
		if r.Metric == result.Figures && r.Model == target.Reference {
			side = r.Contender
		}
		if placeOf(r) != at.place || r.Outcome != result.OK {
			continue
		}
		if h, err := side.Decode(); err == nil && h != nil && h.TotalCount() > 0 {
			trials = append(trials, h)
		}
	}
	if len(trials) < stats.MinRounds {
		return nil
	}
	for _, p := range grid() {
		var us []float64
		for _, h := range trials {
			if v := percentile(h, p); v > 0 {
				us = append(us, v)
			}
		}
		if len(us) < len(trials) {
			break
		}
		slices.Sort(us)
		off := len(us) / 20
		band = append(band, Percentile{Percent: p, Us: stats.Median(us), Low: us[off], High: us[len(us)-1-off]})
	}
	return band
}

// tailsSheet is the table of a place's response times.
func (s *Summary) tailsSheet(at TailPlace) Sheet {
	t := Sheet{
		Name: "tail-" + slug(at.Title), Title: at.Title,
		About:  "Response times in us: p50 with its interval over the rounds, the others of all rounds together. A percentile needs 50 samples beyond it.",
		Header: []string{"", "p50", "p90", "p99", "p99.9", "largest"}, Right: 2,
	}
	for _, tail := range s.Tails(at) {
		if tail.Samples == 0 {
			t.Rows = append(t.Rows, []string{tail.Model, "its histograms can't be read"})
			continue
		}
		t.Rows = append(t.Rows, []string{
			tail.Model, interval(tail.P50), Number(tail.P90), Number(tail.P99), Number(tail.P999), Number(tail.Largest),
		})
	}
	return t
}

// slug makes a link's name of a title.
func slug(title string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(title)), "-")
}
