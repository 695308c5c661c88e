package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// waits is what the threads sat in.
func (r Row) waits() string {
	if r.Waits == nil {
		return "-"
	}
	m, _ := models.Find(r.Model)
	words := m.Short(*r.Waits)
	if len(words) > 15 { // of several: the common ending tells nothing
		words = strings.ReplaceAll(words, "_pwait", "")
	}
	if words == "nothing (spins)" {
		return "spins"
	}
	return words
}

// mark is "=" for a tie with the reference, "?" where too few rounds were made to say, "c" where the client limits the rate.
func (r Row) mark(c Cell) string {
	switch {
	case r.Reference:
		return " "
	case c.Client && c.Verdict == stats.Unknown:
		return "c"
	case c.Verdict == stats.Tied:
		return "="
	case c.Verdict == stats.Unknown:
		return "?"
	}
	return " "
}

// atOne is the response time of one client in microseconds: by the ratio to the reference's in the same trials,
// for between two trials the machine changes more than the models differ.
func (r Row) atOne(reference float64) string {
	c := r.Latency
	p50 := reference
	if !r.Reference {
		p50 *= c.Ratio.Median
	}
	switch {
	case c.Outcome != result.OK:
		return short(c)
	case math.IsNaN(p50):
		return "-"
	}
	return fmt.Sprintf("%.1f%s", p50, r.mark(c))
}

// rate is the ratio to the reference with its interval; the reference's own is in replies per second.
func (r Row) rate(c Cell) string {
	switch {
	case c.Outcome != result.OK:
		return short(c)
	case r.Reference:
		return "1.00  " + Thousands(int(c.Rate)) + "/s"
	}
	return fmt.Sprintf("%.2f%s %.2f-%.2f", c.Ratio.Median, r.mark(c), c.Ratio.Low, c.Ratio.High)
}

// cpu is the server's CPU time per request; the cell of the rate says why there is none.
func (r Row) cpu(c Cell) string {
	if math.IsNaN(c.CPU) {
		return "-"
	}
	return fmt.Sprintf("%.1f", c.CPU)
}

// memory is what an idle connection takes, as far as it is known.
func (r Row) memory() string {
	switch {
	case math.IsNaN(r.Own):
		return "-"
	case math.IsNaN(r.Kernel):
		return kilobytes(r.Own)
	}
	return kilobytes(r.Own + r.Kernel)
}

func kilobytes(bytes float64) string {
	kb := math.Max(bytes, 0) / 1024
	if kb >= 100 {
		return fmt.Sprintf("%.0f", kb)
	}
	return fmt.Sprintf("%.1f", kb)
}

// short is a cell that has no figure.
func short(c Cell) string {
	switch c.Outcome {
	case result.Declared:
		return c.Reason
	case result.Bound:
		bound, _, _ := strings.Cut(c.Reason, ":")
		return bound
	case "":
		return "-"
	}
	return string(c.Outcome)
}

// Thousands writes 10,000.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
