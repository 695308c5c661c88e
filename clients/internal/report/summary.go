// Package report makes tables of a run's results. It reads nothing but what the
// run left, so that an old run can be judged and drawn again.
package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
)

// Cell is what is known of one model in one cell over all rounds.
type Cell struct {
	Outcome result.Outcome // OK if at least one round is; empty: not measured
	Reason  string         // of the last round that was not OK
	Missed  int            // rounds that were not OK
	Ratio   stats.Estimate // to the reference
	Verdict stats.Verdict
	P50     float64 // microseconds, median of the rounds
	Rate    float64 // per second, median of the rounds
	CPU     float64 // microseconds per request, median of the rounds
	Waits   string
}

// Row is one model.
type Row struct {
	Model       string
	Reference   bool
	Latency     Cell         // 1 connection
	Throughput  Cell         // 64
	Scale       map[int]Cell // by connections
	Herd        map[int]Cell // by idle connections
	Own, Kernel float64      // bytes per idle connection; NaN: not known
	Beside      float64      // response beside the largest herd / with none; NaN: not known
	BesideIdle  int          // the largest herd
	Trouble     []string     // why something is missing, in sentences
}

// Floor is a noise floor, where there is one.
type Floor struct {
	Value float64
	Known bool
}

// Summary is what a run says.
type Summary struct {
	Run        result.Run
	Rows       []Row
	Rate       Floor // of throughput
	Response   Floor // of latency
	Rounds     int   // of the rank block that have been made
	Sizes      []int // connections that scale has tried
	Herds      []int // idle connections that herd has tried
	Incomplete bool
}

// Summarise judges a run.
func Summarise(run result.Run) Summary {
	s := Summary{Run: run, Incomplete: !run.Manifest.Complete}
	for _, r := range run.Records {
		if r.Experiment == "latency" || r.Experiment == "throughput" {
			s.Rounds = max(s.Rounds, r.Round)
		}
		if r.Experiment == "scale" && !slices.Contains(s.Sizes, r.Connections) {
			s.Sizes = append(s.Sizes, r.Connections)
		}
		if r.Experiment == "herd" && !slices.Contains(s.Herds, r.Idle) {
			s.Herds = append(s.Herds, r.Idle)
		}
	}
	slices.Sort(s.Sizes)
	slices.Sort(s.Herds)
	names := s.models()
	contenders := max(len(names)-1, 1)
	s.Rate = s.floor("throughput", contenders)
	s.Response = s.floor("latency", contenders)
	for _, m := range names {
		s.Rows = append(s.Rows, s.row(m))
	}
	return s
}

// models lists the models of the run in their order.
func (s *Summary) models() []string {
	var names []string
	for _, p := range s.Run.Manifest.Services {
		if !p.Twin {
			names = append(names, p.Model)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(models.Order(a), models.Order(b)) })
	return names
}

func (s *Summary) floor(experiment string, contenders int) Floor {
	var twins []float64
	rounds := 0
	for _, r := range s.Run.Records {
		if r.Experiment == experiment && r.Twin && r.Outcome == result.OK {
			twins = append(twins, r.Ratio)
			rounds = max(rounds, r.Round)
		}
	}
	value, ok := stats.Floor(twins, rounds, contenders, s.Run.Manifest.Plan.Seed)
	return Floor{value, ok}
}

// records returns a model's records of one cell.
func (s *Summary) records(model, experiment string, connections, idle int) []result.Record {
	var out []result.Record
	for _, r := range s.Run.Records {
		if r.Model == model && r.Experiment == experiment && r.Connections == connections && r.Idle == idle {
			out = append(out, r)
		}
	}
	if len(out) > 0 || model != target.Reference || idle > 0 {
		return out
	}
	// No twin: the reference's figures are those beside the others.
	for _, r := range s.Run.Records {
		if r.Outcome == result.OK && r.Experiment == experiment && r.Connections == connections && r.Idle == 0 {
			r.Contender, r.Ratio = r.Reference, 1
			out = append(out, r)
		}
	}
	return out
}

func (s *Summary) row(model string) Row {
	row := Row{
		Model: model, Reference: model == target.Reference, Scale: map[int]Cell{}, Herd: map[int]Cell{},
		Own: math.NaN(), Kernel: math.NaN(), Beside: math.NaN(),
	}
	row.Latency = s.cell(model, "latency", 1, 0, s.Response)
	row.Throughput = s.cell(model, "throughput", 64, 0, s.Rate)
	for _, n := range s.Sizes {
		row.Scale[n] = s.cell(model, "scale", n, 0, s.Rate)
	}
	for _, n := range s.Herds {
		row.Herd[n] = s.cell(model, "herd", 1, n, s.Response)
	}
	s.herd(&row)
	s.trouble(&row)
	return row
}

// cell gathers the rounds of one cell. The reference's own figures are those of
// its side in all trials; its ratio is that of its twin.
func (s *Summary) cell(model, experiment string, connections, idle int, floor Floor) Cell {
	c := Cell{P50: math.NaN(), Rate: math.NaN(), CPU: math.NaN()}
	var ratios, p50, rate, cpu []float64
	for _, r := range s.records(model, experiment, connections, idle) {
		if r.Outcome != result.OK {
			c.Missed++
			c.Reason = r.Reason
			if c.Outcome == "" {
				c.Outcome = r.Outcome
			}
			if c.Waits == "" && r.Contender.Waits != nil {
				c.Waits = models.Found(*r.Contender.Waits)
			}
			continue
		}
		c.Outcome = result.OK
		ratios = append(ratios, r.Ratio)
		p50 = append(p50, r.Contender.Latency.P50)
		rate = append(rate, r.Contender.Rate)
		cpu = append(cpu, r.Contender.CPU)
		if r.Contender.Waits != nil {
			c.Waits = models.Found(*r.Contender.Waits)
		}
	}
	if c.Outcome != result.OK {
		return c
	}
	c.Ratio = stats.Over(ratios)
	c.P50, c.Rate, c.CPU = stats.Median(p50), stats.Median(rate), stats.Median(cpu)
	if floor.Known {
		c.Verdict = stats.Judge(c.Ratio, floor.Value)
	}
	return c
}

// herd finds what an idle connection costs, in memory and in the active one's response time.
func (s *Summary) herd(row *Row) {
	byTrial := map[int][]result.Record{}
	for _, r := range s.Run.Records {
		if r.Model == row.Model && r.Experiment == "herd" && (r.Outcome == result.OK || r.Outcome == result.Withheld) {
			byTrial[r.Trial] = append(byTrial[r.Trial], r)
		}
	}
	var own, kernel []float64
	beside := map[int][]float64{}
	for _, records := range byTrial {
		var idle, resident, inKernel []float64
		alone := 0.0
		for _, r := range records {
			idle = append(idle, float64(r.Idle))
			resident = append(resident, r.Contender.Resident)
			inKernel = append(inKernel, r.Contender.MemoryKernel)
			if r.Outcome != result.OK {
				continue
			}
			if r.Idle == 0 {
				alone = r.Ratio
			} else if alone > 0 {
				beside[r.Idle] = append(beside[r.Idle], r.Ratio/alone)
			}
		}
		if len(idle) < 3 {
			continue // two points always make a line
		}
		if l, ok := stats.Fit(idle, resident); ok {
			own = append(own, l.Slope)
		}
		if l, ok := stats.Fit(idle, inKernel); ok && slices.Max(inKernel) > 0 {
			kernel = append(kernel, l.Slope)
		}
	}
	row.Own, row.Kernel = stats.Median(own), stats.Median(kernel)
	for n, ratios := range beside {
		if n > row.BesideIdle {
			row.BesideIdle, row.Beside = n, stats.Median(ratios)
		}
	}
}

// trouble says once for each reason what is missing in a row.
func (s *Summary) trouble(row *Row) {
	for _, p := range s.Run.Manifest.Services {
		if p.Model == row.Model && !p.Twin && len(p.Verified.Failed) > 0 {
			row.Trouble = append(row.Trouble, fmt.Sprintf("not measured, for it breaks the contract: %s", p.Verified.Failed[0]))
		}
	}
	type kind struct {
		outcome result.Outcome
		reason  string
	}
	counts := map[kind]int{}
	var order []kind
	for _, r := range s.Run.Records {
		if r.Model != row.Model || r.Outcome != result.Withheld && r.Outcome != result.Failed {
			continue
		}
		k := kind{r.Outcome, r.Reason}
		if counts[k]++; counts[k] == 1 {
			order = append(order, k)
		}
	}
	for _, k := range order {
		times := ""
		if counts[k] > 1 {
			times = fmt.Sprintf(" (%d times)", counts[k])
		}
		row.Trouble = append(row.Trouble, fmt.Sprintf("%s%s: %s", k.outcome, times, k.reason))
	}
}
