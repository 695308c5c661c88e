package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"c10klab/clients/internal/stats"
)

// columns of the CSV; a unit stands in its name.
var columns = []struct {
	name  string
	value func(entry) string
}{
	{"model", func(e entry) string { return e.model }},
	{"family", func(e entry) string { return e.family }},
	{"experiment", func(e entry) string { return e.experiment }},
	{"connections", func(e entry) string { return strconv.Itoa(e.connections) }},
	{"idle", func(e entry) string { return strconv.Itoa(e.idle) }},
	{"metric", func(e entry) string { return string(e.cell.Metric) }},
	{"outcome", func(e entry) string { return string(e.cell.Outcome) }},
	{"reason", func(e entry) string { return e.cell.Reason }},
	{"also", func(e entry) string { return strings.Join(e.cell.Also, "; ") }},
	{"rounds", func(e entry) string { return strconv.Itoa(e.cell.Ratio.Rounds) }},
	{"rounds_without_figure", func(e entry) string { return strconv.Itoa(e.cell.Missed) }},
	{"ratio_median", func(e entry) string { return known(e.cell.Ratio, e.cell.Ratio.Median) }},
	{"ratio_low", func(e entry) string { return known(e.cell.Ratio, e.cell.Ratio.Low) }},
	{"ratio_high", func(e entry) string { return known(e.cell.Ratio, e.cell.Ratio.High) }},
	{"interval_coverage", func(e entry) string { return known(e.cell.Ratio, e.cell.Ratio.Coverage) }},
	{"noise_floor", func(e entry) string { return figure(e.floor.orNaN()) }},
	{"verdict", func(e entry) string { return e.verdict() }},
	{"cpu_ratio_median", func(e entry) string { return known(e.cell.Cost, e.cell.Cost.Median) }},
	{"cpu_ratio_low", func(e entry) string { return known(e.cell.Cost, e.cell.Cost.Low) }},
	{"cpu_ratio_high", func(e entry) string { return known(e.cell.Cost, e.cell.Cost.High) }},
	{"response_p50_us", func(e entry) string { return figure(e.cell.P50) }},
	{"rate_per_s", func(e entry) string { return figure(e.cell.Rate) }},
	{"cpu_us_per_request", func(e entry) string { return figure(e.cell.CPU) }},
	{"resident_bytes", func(e entry) string { return figure(e.resident) }},
	{"kernel_memory_bytes", func(e entry) string { return figure(e.kernel) }},
	{"cpu_ns_per_idle_median", func(e entry) string { return known(e.perIdle, e.perIdle.Median) }},
	{"cpu_ns_per_idle_low", func(e entry) string { return known(e.perIdle, e.perIdle.Low) }},
	{"cpu_ns_per_idle_high", func(e entry) string { return known(e.perIdle, e.perIdle.High) }},
	{"resident_bytes_per_idle", func(e entry) string { return figure(e.residentEach) }},
	{"kernel_memory_bytes_per_idle", func(e entry) string { return figure(e.kernelEach) }},
	{"visits", func(e entry) string { return strconv.Itoa(e.visits) }},
	{"application", func(e entry) string { return e.app }},
	{"load", func(e entry) string { return e.load }},
	{"figure", func(e entry) string { return e.figure }},
	{"figure_median", func(e entry) string { return known(e.value, e.value.Median) }},
	{"figure_low", func(e entry) string { return known(e.value, e.value.Low) }},
	{"figure_high", func(e entry) string { return known(e.value, e.value.High) }},
	{"yardstick_of", func(e entry) string { return e.yardstick }},
	{"void", func(e entry) string { return e.void }},
}

// WriteCSV prints one line for each cell of the run, with what Write leaves out.
// A field without a figure is empty.
func (s Summary) WriteCSV(out io.Writer) error {
	w := csv.NewWriter(out)
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = c.name
	}
	lines := [][]string{header}
	for _, e := range append(s.entries(), s.plantedEntries()...) {
		e.void = s.Planted.Void()
		fields := make([]string, len(columns))
		for i, c := range columns {
			fields[i] = c.value(e)
		}
		lines = append(lines, fields)
	}
	if err := w.WriteAll(lines); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

func known(e stats.Estimate, value float64) string {
	if e.Rounds == 0 {
		return ""
	}
	return figure(value)
}

// figure has six digits: more than any of them deserves.
func figure(value float64) string {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return ""
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(value, 'g', 6, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64) // not 1.3e+05
}

func (f Floor) orNaN() float64 {
	if !f.Known {
		return math.NaN()
	}
	return f.Value
}
