package page

import (
	"fmt"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/report/plots"
	"c10klab/clients/internal/target"
)

// tails are the percentile curves, a figure for each place, in it a plot for each family.
func tails(s report.Summary) (draws []func(report.Summary) (figure, error)) {
	places := s.TailPlaces()
	for i, at := range places {
		draws = append(draws, func(s report.Summary) (figure, error) { return tail(s, at, i) })
	}
	if len(places) == 0 {
		draws = append(draws, func(report.Summary) (figure, error) {
			return figure{Title: "Percentiles of response times", none: "no histogram of one client or of an open loop is in the results"}, nil
		})
	}
	return draws
}

func tail(s report.Summary, at report.TailPlace, nth int) (figure, error) {
	f := figure{ID: fmt.Sprintf("percentiles-%d", nth+1), Title: at.Title, none: "no histogram could be drawn"}
	families := map[string]string{}
	for _, r := range s.Rows {
		families[r.Model] = r.Family
	}
	var groups []group
	var reference plots.Curve
	unread := 0
	for _, t := range s.Tails(at) {
		c := plots.Curve{Name: t.Model, Smooth: true}
		for _, p := range t.Curve {
			c.Points = append(c.Points, plots.Point{X: p.Percent, Median: p.Us, Low: p.Us, High: p.Us})
		}
		unread += t.Undecipherable
		if t.Model == target.Reference {
			reference = c
		}
		groups = byFamily(groups, families[t.Model], c)
	}
	for i := range groups {
		if groups[i].title != families[target.Reference] {
			groups[i].add(reference)
		}
	}
	v := plots.Curves{X: "per cent of replies within it", Y: "response time, µs", Axis: plots.Percentiles}
	for _, p := range s.TailBand(at) {
		v.Band = append(v.Band, plots.Point{X: p.Percent, Median: p.Us, Low: p.Low, High: p.High})
	}
	f.Caption = tailWords(len(v.Band) > 0, at.Open)
	if unread > 0 {
		f.Caption = append(f.Caption, fmt.Sprintf("%d histograms can't be read and are left out.", unread))
	}
	return f.curves(v, nil, groups...)
}

func tailWords(band, open bool) []string {
	from := "one client that asks again when it has the reply"
	if open {
		from = "requests due at their times, whatever the server does; time counts from when a request was due"
	}
	words := []string{
		"How long so many per cent of the replies took at most: " + from + ". All rounds together; a curve ends where fewer than 50 samples lie beyond. " +
			"The axis of per cents is logarithmic in what lies beyond, that of times too. Lower is better.",
	}
	if band {
		words = append(words, "The grey band is where epoll's own curve lay in nine of ten of its trials: what this machine's drift does. Curves inside it can't be told apart here.")
	}
	return words
}
