package claims

import (
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// Of is what a run's services showed, for others who ask as claims do. The yardsticks are left out.
func Of(run result.Run) Evidence {
	services, _ := apart(run)
	return services
}

// At is the load of one experiment's cell: so many clients that ask, so many beside them that are silent.
type At struct {
	Experiment        string
	Connections, Idle int
}

func (a At) cell() cell { return cell{a.Experiment, a.Connections, a.Idle} }

// Measure takes one figure of a cell's record; what is not positive is not known.
type Measure func(result.Record) float64

// What is compared with the reference beside it: the ratio of the experiment's own metric, and that of the server's CPU per request.
var (
	Ratio Measure = ratio
	CPU   Measure = cpu
)

// Spent is the server's CPU for a request, in ns: absolute, of this machine at that time.
var Spent Measure = spent

// Against is a model over the reference in one cell.
func (e Evidence) Against(model string, at At, of Measure) Figure {
	return e.against(model, at.cell(), measure(of))
}

// Between is one model over another in one cell, round by round.
func (e Evidence) Between(a, b string, at At, of Measure) Figure {
	return e.between(a, b, at.cell(), measure(of))
}

// PerIdle is what each idle client adds to a figure of the active one: the slope of a line through the experiment's steps.
func (e Evidence) PerIdle(model, experiment string, of Measure) Figure {
	return e.line(model, experiment, measure(of), func(l stats.Line) float64 { return l.Slope })
}

// Growth is a figure beside the largest herd over that beside none, in the same trial.
func (e Evidence) Growth(model, experiment string, of Measure) Figure {
	return e.growth(model, experiment, measure(of))
}

// Memory is what an idle connection takes of one model over what it takes of another.
func (e Evidence) Memory(a, b string) Figure { return e.memory(a, b) }

// Own is a figure by name that an experiment measured for itself, over all rounds (Record.Figures).
func (e Evidence) Own(model, experiment, name string) Figure {
	return e.figure(model, experiment, name)
}

// Count is such a figure without noise: all rounds must say the same, and one is enough.
func (e Evidence) Count(model, experiment, name string) Figure {
	return e.count(model, experiment, name)
}

// Stops is the least number of clients at which a model was found to stop, in whichever experiment.
func (e Evidence) Stops(model string) Figure { return e.stops(model) }

// Cells are the records of a model in one cell that no gate has withheld; where there are none, the figure says why.
func (e Evidence) Cells(model string, at At) ([]result.Record, Figure) {
	return e.records(model, at.cell())
}

// Judge is what the figure says of the bar, and why where that is nothing.
func (b Bar) Judge(f Figure) (Verdict, string) { return b.judge(f) }
