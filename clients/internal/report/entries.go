package report

import (
	"maps"
	"math"
	"slices"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
)

// entry is one line of the CSV: a cell of the run, or (experiment "slope") what
// one more idle connection adds to a model's figures.
type entry struct {
	model, family string
	yardstick     string // the model whose mechanism the program in C has; empty: it is none
	place
	cell                     Cell
	floor                    Floor
	resident, kernel         float64 // bytes, medians of the rounds
	perIdle                  stats.Estimate
	residentEach, kernelEach float64
	figure                   string // one that only the experiment measures; empty: the line is about the cell
	value                    stats.Estimate
	void                     string // why nothing of the run is to be believed; empty: no reason is known
}

// entries goes through the models in their order, and each one's cells in the run's; the yardsticks and the ways to the
// reference come after them.
func (s *Summary) entries() []entry {
	of := s.Run.Manifest.Yardsticks()
	inC := s.inC()
	return slices.Concat(s.entriesOf(s.everything(), of), inC.entriesOf(inC.Rows, of), s.hopEntries())
}

func (s *Summary) entriesOf(rows []Row, yardsticks map[string]string) (entries []entry) {
	for _, row := range rows {
		nothing := entry{
			model: row.Model, family: row.Family, yardstick: yardsticks[row.Model], resident: math.NaN(), kernel: math.NaN(),
			residentEach: math.NaN(), kernelEach: math.NaN(),
		}
		for _, at := range s.places(row.Model) {
			e := nothing
			e.place, e.floor = at, s.floorOf(at)
			e.cell = cellOf(s.at(row.Model, at), e.floor)
			e.resident, e.kernel = s.memoryOf(row.Model, at)
			entries = append(append(entries, e), figuresAt(e, s.at(row.Model, at))...)
		}
		if row.PerIdle.Rounds > 0 || !math.IsNaN(row.Own) {
			e := nothing
			e.place, e.perIdle, e.residentEach, e.kernelEach = place{experiment: "slope", connections: 1}, row.PerIdle, row.Own, row.Kernel
			e.cell = Cell{P50: math.NaN(), Rate: math.NaN(), CPU: math.NaN()}
			entries = append(entries, e)
		}
	}
	return entries
}

// everything is the models' rows, and one for each thing of another kind that was measured.
func (s *Summary) everything() []Row {
	rows := slices.Clone(s.Rows)
	for _, experiment := range s.experiments() {
		for _, name := range s.subjects(experiment) {
			if !slices.ContainsFunc(rows, func(r Row) bool { return r.Model == name }) {
				rows = append(rows, Row{Model: name, Own: math.NaN(), Kernel: math.NaN()})
			}
		}
	}
	return rows
}

// figuresAt has a line for each figure that only the experiment measures.
func figuresAt(of entry, records []result.Record) (entries []entry) {
	estimates := figuresOf(records)
	for _, name := range slices.Sorted(maps.Keys(estimates)) {
		e := of
		e.figure, e.value = name, estimates[name]
		e.cell.Ratio, e.cell.Cost = stats.Estimate{}, stats.Estimate{}
		e.cell.P50, e.cell.Rate, e.cell.CPU = math.NaN(), math.NaN(), math.NaN()
		e.cell.Metric, e.cell.Verdict, e.resident, e.kernel, e.floor = result.Figures, stats.Unknown, math.NaN(), math.NaN(), Floor{}
		entries = append(entries, e)
	}
	return entries
}

// places are the cells that a model was put to. The reference stands beside
// every contender, with a twin or without.
func (s *Summary) places(model string) (places []place) {
	for _, r := range s.Run.Records {
		at := placeOf(r)
		mine := r.Model == model || model == target.Reference && beside(r)
		if mine && !slices.Contains(places, at) {
			places = append(places, at)
		}
	}
	return places
}

// floorOf is the noise that a verdict on an experiment goes by.
func (s *Summary) floorOf(at place) Floor {
	switch at.experiment {
	case "throughput", "scale":
		return s.Rate
	case "latency", "herd":
		return s.Response
	case "thousand":
		return s.Thousand
	}
	return s.floorAt(at)
}

// memoryOf is what a model took in a cell; not of one whose processes share
// pages that the kernel did not tell apart, nor where the gates found that it did something else.
func (s *Summary) memoryOf(model string, at place) (resident, kernel float64) {
	var own, kernels []float64
	for _, r := range s.at(model, at) {
		if !r.MemoryStands() {
			continue
		}
		if c := r.Contender; c.Resident > 0 && (c.ResidentKind != "rss" || c.Processes <= 1) {
			own = append(own, c.Resident)
		}
		if r.Contender.MemoryKernel > 0 {
			kernels = append(kernels, r.Contender.MemoryKernel)
		}
	}
	return stats.Median(own), stats.Median(kernels)
}

func (e entry) verdict() string {
	switch {
	case e.cell.Outcome != result.OK || e.figure != "" || e.model == target.Reference || e.yardstick != "" || e.experiment == result.Hop:
		return ""
	case e.cell.Verdict == stats.Tied:
		return "tied"
	case e.cell.Verdict == stats.Less:
		return "less"
	case e.cell.Verdict == stats.More:
		return "more"
	}
	return "unknown"
}
