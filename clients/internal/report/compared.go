package report

import (
	"c10klab/clients/internal/result"
)

// Comparison is a place of an experiment without a plot of its own, in which models were held against the reference.
type Comparison struct {
	Name   string // for links
	Title  string
	About  string // what the clients did; empty: not told
	Less   bool   // less is better
	OfCost bool   // it is the CPU time that is compared
	Floor  Floor
	Cells  map[string]Cell // by model
}

// Compared are the run's. Where clients come and go, the client may be what is busy: then CPU time is compared.
func (s *Summary) Compared() (list []Comparison) {
	seen := map[place]bool{}
	for _, experiment := range s.experiments() {
		for _, r := range s.Run.Records {
			p := placeOf(r)
			if p.experiment != experiment || seen[p] || r.Ratio <= 0 {
				continue
			}
			seen[p] = true
			list = append(list, s.comparison(p, r.Metric == result.Response))
		}
	}
	return list
}

func (s *Summary) comparison(p place, less bool) Comparison {
	of := ratio
	c := Comparison{Title: Title(p.experiment), Less: less, OfCost: p.visits > 0, Cells: map[string]Cell{}}
	if c.OfCost {
		c.Less, of = true, cost
		c.Title += ": CPU of the server"
	}
	if where := p.String(); where != "" {
		c.Title += " (" + where + ")"
	}
	c.Name = slug(p.experiment + " " + p.String() + " " + p.load)
	if p.load != "" {
		c.About = "The clients: " + ended(p.load)
	}
	c.Floor = s.floorOver(s.contenders(p.experiment), of, func(r result.Record) bool { return placeOf(r) == p })
	for _, model := range s.subjects(p.experiment) {
		c.Cells[model] = cellOf(s.at(model, p), c.Floor)
	}
	return c
}
