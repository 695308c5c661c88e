package report

import (
	"fmt"
	"slices"

	"c10klab/clients/internal/result"
)

// yardstickSheet is what programs in C showed in the same rounds, each beside the model whose mechanism it has. They are
// no contenders: nothing is ranked among them.
func (s *Summary) yardstickSheet() Sheet {
	t := Sheet{
		Name: "yardsticks", Title: "Yardsticks in C", Right: 3,
		About:  "Programs in C of some models' mechanisms, in the same rounds: rate or response, and CPU per request, over epoll's of this project in the same trials; beside it what the model itself shows. They have no rank: they say whether a verdict is of the mechanism, or of Go.",
		Header: []string{"", "cell", "ratio", "CPU/epoll", "us CPU", "model", "ratio", "CPU/epoll"},
	}
	of := s.Run.Manifest.Yardsticks()
	for _, p := range s.Run.Manifest.Services {
		if p.Yardstick == "" {
			continue
		}
		name := p.Model
		switch {
		case p.Unsupported != "":
			t.Rows = append(t.Rows, []string{name, p.Unsupported})
			continue
		case len(p.Verified.Failed) > 0:
			t.Rows = append(t.Rows, []string{name, "not measured, for it breaks the contract: " + p.Verified.Failed[0]})
			continue
		}
		for _, at := range s.yardstickPlaces(name) {
			own := cellOf(s.ofYardstick(name, at), Floor{})
			if own.Outcome != result.OK {
				t.Rows = append(t.Rows, []string{name, fmt.Sprintf("%s: %s: %s", at.title(), own.Outcome, own.Reason)})
				continue
			}
			model := cellOf(s.at(of[name], at), Floor{})
			t.Rows = append(t.Rows, []string{
				name, at.title(), interval(own.Ratio), interval(own.Cost), Row{}.cpu(own),
				of[name], interval(model.Ratio), interval(model.Cost),
			})
			name = ""
		}
	}
	return t
}

// inC is the summary of the yardsticks alone. It knows no noise floor, so that none of them has a rank.
func (s *Summary) inC() *Summary {
	c := &Summary{Run: s.Run, Sizes: s.Sizes, Herds: s.Herds, floors: map[place]Floor{}}
	c.Run.Records = s.yardsticks
	for _, p := range s.Run.Manifest.Services {
		if p.Yardstick != "" {
			c.Rows = append(c.Rows, c.row(p.Model))
		}
	}
	return c
}

// Yardsticks are the rows of programs in C, which are none of Rows: nothing is ranked among them.
func (s *Summary) Yardsticks() []Row { return s.inC().Rows }

// title names a place by its experiment, too.
func (p place) title() string {
	if where := p.String(); where != "" {
		return p.experiment + " " + where
	}
	return p.experiment
}

func (s *Summary) ofYardstick(name string, at place) (out []result.Record) {
	for _, r := range s.yardsticks {
		if r.Model == name && placeOf(r) == at {
			out = append(out, r)
		}
	}
	return out
}

func (s *Summary) yardstickPlaces(name string) (places []place) {
	for _, r := range s.yardsticks {
		if at := placeOf(r); r.Model == name && !slices.Contains(places, at) {
			places = append(places, at)
		}
	}
	return places
}

// inGo says why all verdicts are of these programs, where no yardstick took part.
func (s Summary) inGo() string {
	if len(s.yardsticks) > 0 || len(s.Run.Records) == 0 {
		return ""
	}
	return "No yardstick in C took part (YARDSTICK=1 adds them, where there is a C compiler): verdicts are of programs in Go."
}
