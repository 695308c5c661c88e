package try

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/stats"
)

// width is what a line of the caption may take.
const width = 80

// names are the metrics' in the table, and in the sentence on noise.
var names = [metrics]struct {
	row    string // with the number of clients put into it
	short  string
	digits int // behind the point
}{
	Rate:     {"replies/s at %d", "rate", 0},
	CPU:      {"CPU us/request at %d", "CPU", 2},
	Response: {"response us at %d", "response time", 1},
}

// Write prints the table and what is needed to read it.
func (o Outcome) Write(out io.Writer) {
	var found [metrics]Finding
	var rows []table.Row
	for m := range metrics {
		found[m] = o.Find(m)
		rows = append(rows, o.row(m, found[m]))
	}
	fmt.Fprintln(out)
	report.Table(out, table.Row{o.Model, Committed, Yours, "yours/committed", ""}, rows, 2)
	for _, words := range o.caption(found) {
		for line := range strings.SplitSeq(text.WrapSoft(words, width), "\n") {
			fmt.Fprintln(out, strings.TrimRight(line, " "))
		}
	}
}

func (o Outcome) row(m Metric, f Finding) table.Row {
	n := o.Clients
	if m == Response {
		n = 1
	}
	row := table.Row{fmt.Sprintf(names[m].row, n), number(f.Committed, names[m].digits), number(f.Yours, names[m].digits)}
	if math.IsNaN(f.Ratio.Median) || math.IsInf(f.Ratio.Median, 0) {
		return append(row, "-", "not measured")
	}
	ratio := fmt.Sprintf("%.3f  %.3f to %.3f", f.Ratio.Median, f.Ratio.Low, f.Ratio.High)
	return append(row, ratio, word(m, f))
}

func word(m Metric, f Finding) string {
	switch {
	case f.Verdict == stats.Tied:
		return "within noise"
	case f.Verdict == stats.Unknown && f.Ratio.Rounds < stats.MinRounds:
		return "too few rounds"
	case f.Verdict == stats.Unknown:
		return "noise not known"
	case m.better(f.Verdict):
		return "better"
	default:
		return "worse"
	}
}

func (o Outcome) caption(found [metrics]Finding) []string {
	rounds := fmt.Sprintf("%d paired rounds", len(o.Rounds))
	if len(o.Rounds) == 1 {
		rounds = "1 paired round"
	}
	if len(o.Rounds) < o.Planned {
		rounds += fmt.Sprintf(" (stopped; %d were planned)", o.Planned)
	}
	words := []string{fmt.Sprintf("Medians and intervals of %s, each in fresh processes.", rounds)}
	if len(o.Rounds) < stats.MinRounds {
		words = append(words, fmt.Sprintf("An interval that may be judged takes %d rounds.", stats.MinRounds))
	} else if apart := apart(found); apart != "" {
		words = append(words, "Noise is the committed service beside its own twin in the same rounds: told apart is what differs by "+apart+".")
	}
	if o.Clients < Clients {
		words = append(words, fmt.Sprintf("Both were asked by %d at a time instead of %d: one side serves no more at a time, or has a backlog in which no more can wait.", o.Clients, Clients))
	}
	words = append(words, o.where())
	if o.Pinning.Shared != "" {
		words = append(words, "Beware: "+o.Pinning.Shared+".")
	}
	return words
}

// apart says from which difference on this try tells the two apart.
func apart(found [metrics]Finding) string {
	var parts []string
	for m, f := range found {
		if !math.IsNaN(f.Floor) {
			parts = append(parts, fmt.Sprintf("%.1f %% or more in %s", 100*f.Floor, names[m].short))
		}
	}
	return strings.Join(parts, ", ")
}

// where says on how many CPUs all of this was.
func (o Outcome) where() string {
	cpus := fmt.Sprintf("%d CPUs", len(o.Pinning.Servers))
	if len(o.Pinning.Servers) == 1 {
		cpus = "1 CPU"
	}
	list := strings.ReplaceAll(strings.Trim(fmt.Sprint(o.Pinning.Servers), "[]"), " ", ",")
	return fmt.Sprintf("Server: %s (CPU %s); client: CPU %d; %s.", cpus, list, o.Pinning.Client, o.Network)
}

// number writes a figure with commas between thousands.
func number(v float64, digits int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	s := fmt.Sprintf("%.*f", digits, v)
	whole, rest, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		return whole + "." + rest
	}
	return whole
}
