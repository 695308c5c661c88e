package report

import (
	"math"
	"slices"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

func (s *Summary) row(model string) Row {
	p := s.participant(model)
	row := Row{
		Model: model, Family: p.Family, Unsupported: p.Unsupported, Reference: model == target.Reference, Scale: map[int]Cell{}, Herd: map[int]Cell{},
		Own: math.NaN(), Kernel: math.NaN(), Beside: math.NaN(),
	}
	row.Latency = s.cell(model, "latency", 1, 0, s.Response)
	row.Throughput = s.cell(model, "throughput", 64, 0, s.Rate)
	row.Thousand = s.cell(model, "thousand", 1000, 0, s.Thousand)
	for _, n := range s.Sizes {
		row.Scale[n] = s.cell(model, "scale", n, 0, s.Rate)
	}
	for _, n := range s.Herds {
		row.Herd[n] = s.cell(model, "herd", 1, n, s.Response)
	}
	row.Waits = s.waits(model)
	s.herd(&row)
	s.memory(&row)
	s.trouble(&row)
	return row
}

// oneClient is the reference's response time with one client, in microseconds: the median of all trials.
func (s *Summary) oneClient() float64 {
	var p50 []float64
	for _, r := range s.Run.Records {
		if r.Experiment == "latency" && r.Outcome == result.OK && r.Reference.Latency.P50 > 0 {
			p50 = append(p50, r.Reference.Latency.P50)
		}
	}
	return stats.Median(p50)
}

// waits is what a model's threads were seen in: with the 64 clients that the
// main table is about, or else with others.
func (s *Summary) waits(model string) *protocol.Waits {
	for _, cell := range []struct {
		experiment        string
		connections, idle int
	}{
		{"throughput", 64, 0},
		{"latency", 1, 0},
		{"scale", 100, 0},
		{"thousand", 1000, 0},
		{"herd", 1, 100},
		{"memory", 1, 100},
	} {
		for _, r := range s.records(model, cell.experiment, cell.connections, cell.idle) {
			if r.Contender.Waits != nil {
				return r.Contender.Waits
			}
		}
	}
	return nil
}

// participant is what the manifest says of a model.
func (s *Summary) participant(model string) result.Participant {
	for _, p := range s.Run.Manifest.Services {
		if p.Model == model && !p.Twin {
			return p
		}
	}
	return result.Participant{}
}

// cell gathers the rounds of one cell. The reference's own figures are those of
// its side in all trials; its ratio is that of its twin.
func (s *Summary) cell(model, experiment string, connections, idle int, floor Floor) Cell {
	return cellOf(s.records(model, experiment, connections, idle), floor)
}

func cellOf(records []result.Record, floor Floor) Cell {
	c := Cell{P50: math.NaN(), Rate: math.NaN(), CPU: math.NaN()}
	var ratios, costs, p50, rate, cpu []float64
	contenderBound, referenceBound := false, false
	for _, r := range records {
		c.Metric = r.Metric
		if r.Outcome != result.OK {
			c.Missed++
			c.Reason, c.Also = r.Reason, r.Also
			if c.Outcome == "" {
				c.Outcome = r.Outcome
			}
			continue
		}
		c.Outcome = result.OK
		contenderBound = contenderBound || r.Contender.ClientBound != ""
		referenceBound = referenceBound || r.Reference.ClientBound != ""
		if r.Ratio > 0 {
			ratios = append(ratios, r.Ratio)
		}
		if r.Contender.Latency.P50 > 0 { // it takes some samples to be known
			p50 = append(p50, r.Contender.Latency.P50)
		}
		rate = append(rate, r.Contender.Rate)
		cpu = append(cpu, r.Contender.CPU)
		if cost(r) > 0 {
			costs = append(costs, cost(r))
		}
	}
	if c.Outcome != result.OK {
		return c
	}
	c.Ratio, c.Cost = stats.Over(ratios), stats.Over(costs)
	c.P50, c.Rate, c.CPU = stats.Median(p50), stats.Median(rate), stats.Median(cpu)
	c.Spent = stats.Over(slices.DeleteFunc(cpu, func(us float64) bool { return us <= 0 }))
	if floor.Known {
		c.Verdict = stats.Judge(c.Ratio, floor.Value)
	}
	// Where the client limits the reference alone, who is slower is slower still.
	if c.Client = contenderBound || referenceBound; contenderBound || referenceBound && c.Verdict != stats.Less {
		c.Verdict = stats.Unknown
	}
	return c
}
