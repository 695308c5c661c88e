package report

import (
	"fmt"
	"math"
	"strings"

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
	c := Cell{P50: math.NaN(), Rate: math.NaN(), CPU: math.NaN()}
	var ratios, p50, rate, cpu []float64
	for _, r := range s.records(model, experiment, connections, idle) {
		if r.Outcome != result.OK {
			c.Missed++
			c.Reason = r.Reason
			if c.Outcome == "" {
				c.Outcome = r.Outcome
			}
			continue
		}
		c.Outcome = result.OK
		ratios = append(ratios, r.Ratio)
		if r.Contender.Latency.P50 > 0 { // it takes some samples to be known
			p50 = append(p50, r.Contender.Latency.P50)
		}
		rate = append(rate, r.Contender.Rate)
		cpu = append(cpu, r.Contender.CPU)
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

// trouble says once for each reason what is missing in a row.
func (s *Summary) trouble(row *Row) {
	if failed := s.participant(row.Model).Verified.Failed; len(failed) > 0 {
		row.Trouble = append(row.Trouble, fmt.Sprintf("not measured, for it breaks the contract: %s", failed[0]))
	}
	type kind struct {
		outcome result.Outcome
		reason  string
	}
	counts := map[kind]int{}
	var order []kind
	for _, r := range s.Run.Records {
		if r.Model == row.Model && r.Outcome == result.Unsupported {
			row.Unsupported = r.Reason
		}
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
		row.Trouble = append(row.Trouble, fmt.Sprintf("%s%s: %s", k.outcome, times, strings.TrimPrefix(k.reason, row.Model+": ")))
	}
}
