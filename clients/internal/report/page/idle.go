package page

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/report/plots"
	"c10klab/clients/internal/stats"
)

// slopes is what each idle connection costs the server at a request of another.
func slopes(s report.Summary) (figure, error) {
	f := figure{ID: "herd-cpu", Title: "CPU that an idle connection adds", none: "no herd of three sizes was measured"}
	var lines []plots.Line
	for _, r := range s.Rows {
		e := r.PerIdle
		if e.Rounds == 0 {
			continue
		}
		lines = append(lines, plots.Line{
			Name: r.Model, Median: e.Median, Low: e.Low, High: e.High, Ink: plots.InkOf(r.Model),
			Hollow: e.Coverage < stats.Confidence || e.Low <= 0 && e.High >= 0,
			Figure: nanoseconds(e.Median), Value: nanoseconds(e.Low) + " to " + nanoseconds(e.High),
		})
	}
	if len(lines) == 0 {
		return f, nil
	}
	f.Pictures = pictures(plots.Forest{Label: f.Title, Axis: "ns of CPU time, for each idle connection", Lines: lines}.SVG())
	f.Table.estimates("ns of CPU for each idle connection", lines)
	f.Caption = []string{
		"One client asks, the others are connected and silent. The axis is the server's CPU time that each of these adds to a request: the slope over their numbers, with the interval of the rounds.",
		"A hollow point has an interval that reaches 0, or too few rounds for one: there this run finds no cost that it could tell from none.",
	}
	return f, nil
}

func nanoseconds(ns float64) string {
	words := strconv.FormatFloat(math.Abs(ns), 'f', 1, 64)
	if math.Abs(ns) >= 100 {
		words = report.Thousands(int(math.Round(math.Abs(ns))))
	}
	if ns < 0 && words != "0.0" {
		words = "−" + words
	}
	return words
}

// memory is what an idle connection takes. Models differ by a factor of hundreds:
// those of a kind share an axis.
func memory(s report.Summary) (figure, error) {
	f := figure{ID: "memory", Title: "Memory of an idle connection", none: "no memory was measured over three numbers of connections"}
	for _, lines := range alike(memories(s)) {
		svg, err := plots.Bars{Label: f.Title, Axis: "KB for each idle connection", Lines: lines}.SVG()
		if err != nil {
			return f, err
		}
		f.Pictures = append(f.Pictures, picture{SVG: drawing(svg)})
		f.Table.sums([]string{"own, KB", "kernel's, KB"}, lines)
	}
	if len(f.Pictures) == 0 {
		return f, nil
	}
	f.Pictures[0].Keys = []key{{drawing(plots.Swatch(0)), "the process's own"}, {drawing(plots.Swatch(1)), "the kernel's, as the cgroup counts it"}}
	f.Caption = []string{
		"The axis is what one more silent connection takes: the slope over their numbers. It compares models and does not size machines: of a socket a part is counted nowhere.",
		"There is no interval here, and no noise floor: read sizes, not small differences.",
	}
	if len(f.Pictures) > 1 {
		f.Caption = append(f.Caption, "Each group has an axis of its own, for the largest would hide the small ones.")
	}
	return f, nil
}

func memories(s report.Summary) (lines []plots.Line) {
	for _, r := range s.Rows {
		if math.IsNaN(r.Own) {
			continue
		}
		own, kernel := max(r.Own, 0)/1024, max(r.Kernel, 0)/1024
		line := plots.Line{Name: r.Model, Parts: []float64{own}, Value: kilobytes(own)}
		if !math.IsNaN(r.Kernel) {
			line.Parts = append(line.Parts, kernel)
			line.Value += " + " + kilobytes(kernel)
		}
		lines = append(lines, line)
	}
	return lines
}

func kilobytes(kb float64) string {
	if kb >= 100 {
		return strconv.FormatFloat(kb, 'f', 0, 64)
	}
	return strconv.FormatFloat(kb, 'f', 1, 64)
}

// alike sorts bars by their length and puts those together that can be read on one axis.
func alike(lines []plots.Line) (groups [][]plots.Line) {
	const most = 16 // times
	length := func(l plots.Line) (sum float64) {
		for _, p := range l.Parts {
			sum += p
		}
		return sum
	}
	slices.SortStableFunc(lines, func(a, b plots.Line) int { return cmp.Compare(length(b), length(a)) })
	for _, l := range lines {
		last := len(groups) - 1
		if last < 0 || length(l) < length(groups[last][0])/most {
			groups = append(groups, nil)
			last++
		}
		groups[last] = append(groups[last], l)
	}
	return groups
}
