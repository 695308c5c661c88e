package museum

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"c10klab/clients/internal/stats"
)

// Finding is what an exhibit shows.
type Finding struct {
	Wrong Figure
	Right Figure
	Also  []Figure
	Why   string   // follows from the figures: why they differ, or that they don't
	Notes []string // what this machine lacks for it
}

// Figure is one measured number.
type Figure struct {
	What   string
	Unit   string
	Values []float64 // one of each window; the figure is their median
}

func (f Figure) median() float64 { return stats.Median(f.Values) }
func (f Figure) low() float64    { return slices.Min(f.Values) }
func (f Figure) high() float64   { return slices.Max(f.Values) }

// String is the median with its unit, and the lowest and the highest of several windows.
func (f Figure) String() string {
	s := number(f.median()) + " " + f.Unit
	if len(f.Values) > 1 {
		s += " " + f.extent()
	}
	return s
}

func (f Figure) extent() string {
	return fmt.Sprintf("(%s to %s in %d windows)", number(f.low()), number(f.high()), len(f.Values))
}

// number has three significant digits, or all those before the point.
func number(x float64) string {
	size := math.Abs(x)
	switch {
	case size >= 999.5:
		return thousands(strconv.FormatFloat(x, 'f', 0, 64))
	case size >= 99.95:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case size >= 9.995:
		return strconv.FormatFloat(x, 'f', 1, 64)
	case size >= 0.9995:
		return strconv.FormatFloat(x, 'f', 2, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// thousands puts a comma before every three digits. (The report has the like, and a
// parser of compose files with it, which each start of a server would have to pay for.)
func thousands(digits string) string {
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// apart is 1 where every value of the one lies above every value of the other,
// by more than that factor, -1 where it lies below, 0 otherwise. With four windows each, equal
// ones are apart in 1 of 35 cases, either way counted.
func apart(one, other Figure, factor float64) int {
	switch {
	case one.low() > factor*other.high():
		return 1
	case factor*one.high() < other.low():
		return -1
	}
	return 0
}

// explain completes a finding: with because where the wrong figure is usually
// above (1) or below (-1) the right one and is so here, too; else with what is the case instead.
func (f Finding) explain(usually int, factor float64, because string) Finding {
	switch apart(f.Wrong, f.Right, factor) {
	case usually:
		f.Why = because
	case 0:
		f.Why = f.alike()
	default:
		way := "more"
		if usually > 0 {
			way = "less"
		}
		f.Why = fmt.Sprintf("Here the wrong way shows %s than the right one, the other way round than usual: what the mistake does can't explain that, so something else decided. If it stays so when nothing else runs, it is a finding about this machine.", way)
	}
	return f
}

// tooWide is how much windows of the same may differ before they are said to be too unsteady.
const tooWide = 1.5

// alike says that the figures do not differ, and whether they are steady enough to trust that.
func (f Finding) alike() string {
	words := fmt.Sprintf("By this run the two do not differ: %v and %v are no further apart than chance puts equals. ", f.Wrong, f.Right)
	widest := max(f.Wrong.high()/f.Wrong.low(), f.Right.high()/f.Right.low())
	if widest > tooWide {
		return words + fmt.Sprintf("But windows of the same differ by up to %s times, so something else kept this machine busy: run it again when nothing does.", number(widest))
	}
	return words + "On this machine the mistake does no harm that shows."
}

// times is how many times as much the larger figure is.
func times(a, b Figure) string {
	x, y := a.median(), b.median()
	return number(max(x, y)/min(x, y)) + " times"
}

const width = 80 // of a line: compose puts a prefix before it

// Write prints what an exhibit is about.
func (e Exhibit) Write(out io.Writer) {
	fmt.Fprintf(out, "%s: %s\n", e.Name, e.Title)
	indented(out, "  ", e.Mistake)
}

// Write prints the figures, one beside the other, and why they differ.
func (f Finding) Write(out io.Writer) {
	figure := func(lead string, g Figure) { indented(out, "  "+lead+" ", fmt.Sprintf("%v: %s", g, g.What)) }
	figure("wrong", f.Wrong)
	figure("right", f.Right)
	for _, g := range f.Also {
		figure("also ", g)
	}
	fmt.Fprintln(out)
	indented(out, "  ", f.Why)
	for _, n := range f.Notes {
		indented(out, "  Note: ", n)
	}
}

// indented prints words in lines of at most width; lead stands before the first,
// as much room before the others.
func indented(out io.Writer, lead, words string) {
	for line := range strings.SplitSeq(text.WrapSoft(words, width-len(lead)), "\n") {
		fmt.Fprintln(out, strings.TrimRight(lead+strings.TrimSpace(line), " "))
		lead = strings.Repeat(" ", len(lead))
	}
}
