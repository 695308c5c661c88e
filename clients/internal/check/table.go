package check

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"c10klab/clients/internal/report"
	"c10klab/clients/internal/spike"
	"c10klab/clients/internal/stats"
)

// width is what a line of the caption may take.
const width = 80

// Write prints the table and what is needed to read it.
func (o *Outcome) Write(out io.Writer) {
	fmt.Fprintln(out)
	var rows []table.Row
	for _, s := range o.Spikes() {
		rows = append(rows, table.Row{s.String(), fmt.Sprintf("%s %.3f", s.Metric, s.Planted), ratio(s.Found), floor(s.Floor), word(s)})
	}
	for _, f := range o.faults {
		word := "found"
		if !f.seen() {
			word = "NOT FOUND"
		}
		rows = append(rows, table.Row{f.name, f.about, string(f.record.Outcome), "-", word})
	}
	report.Table(out, table.Row{"effect", "planted", "measured", "F", ""}, rows, 3)
	for _, words := range o.caption() {
		for line := range strings.SplitSeq(text.WrapSoft(words, width), "\n") {
			fmt.Fprintln(out, strings.TrimRight(line, " "))
		}
	}
}

func ratio(e stats.Estimate) string {
	if e.Rounds == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f  %.3f-%.3f", e.Median, e.Low, e.High)
}

func floor(f float64) string {
	if math.IsNaN(f) {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*f)
}

func word(s spike.Effect) string {
	switch {
	case s.Seen:
		return "found"
	case s.Must():
		return "NOT FOUND"
	}
	return "not found here"
}

func (o *Outcome) caption() []string {
	words := []string{fmt.Sprintf("epoll beside its twin, %d clients each, %d rounds; replies of %s of the twin's clients don't count, "+
		"which is the effect exactly. A fault is found where its gate withholds the trial.", clients, o.rounds, counts())}
	if f, known := o.Floor(0); known {
		cpu, _ := o.Floor(1)
		words = append(words, fmt.Sprintf("On this machine a run of six rounds now tells models apart from a difference of %.1f %% in rate and %.1f %% in CPU per reply (F).", 100*f, 100*cpu))
	} else {
		words = append(words, fmt.Sprintf("F is not known: of the twin's trials %d passed the gates and %d did not, and it takes %d. Let the machine come to rest, and try again.",
			o.sound(twin), o.missed[twin], stats.MinRounds))
	}
	for _, e := range slower {
		if n := o.missed[e]; n > 0 {
			words = append(words, fmt.Sprintf("%v: of %d trials %d were withheld, as noise has gates fail.", e, n+o.sound(e), n))
		}
	}
	cpus := fmt.Sprintf("%d CPUs", len(o.Pinning.Servers))
	if len(o.Pinning.Servers) == 1 {
		cpus = "1 CPU"
	}
	words = append(words, fmt.Sprintf("Server: %s; client: CPU %d; %s.", cpus, o.Pinning.Client, o.Network))
	if o.Pinning.Shared != "" {
		words = append(words, "Beware: "+o.Pinning.Shared+".")
	}
	if unseen := o.Unseen(); len(unseen) > 0 {
		words = append(words, "VOID: unseen, though larger than the noise: "+strings.Join(unseen, ", ")+". Believe no run on this machine until lab check finds them.")
	}
	return words
}

// counts says how many clients don't count.
func counts() string {
	var n []string
	for _, s := range slower {
		n = append(n, fmt.Sprint(s.Uncounted))
	}
	return strings.Join(n, " or ")
}
