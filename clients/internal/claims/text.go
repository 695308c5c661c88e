package claims

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// width is what a line may take: compose puts a prefix before it.
const width = 80

// List prints the claims: who says what, what decides it, and which experiments that needs.
func List(out io.Writer, claims []Claim) {
	for i, c := range claims {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintln(out, c.ID)
		c.head(out)
		for _, t := range c.Tests {
			indented(out, "- ", fmt.Sprintf("%s: %v (needs %s)", t.What, t.Bar, t.needs()))
		}
	}
}

// WriteLedger prints what a run says of the claims: the decided ones, then the others with the reason.
func WriteLedger(out io.Writer, ledger []Entry) {
	first := true
	for _, decided := range []bool{true, false} {
		for _, e := range ledger {
			if (e.Verdict != Inconclusive && e.Verdict != Unsupported) != decided {
				continue
			}
			if !first {
				fmt.Fprintln(out)
			}
			first = false
			fmt.Fprintf(out, "%s: %s (%s)\n", e.ID, e.Verdict, e.Speaks())
			e.head(out)
			for i, f := range e.Findings {
				indented(out, "- ", f.tell(e.Tests[i]))
				if e.InC != nil && e.InC.Findings[i].Verdict != "" {
					indented(out, "  ", "in C: "+e.InC.Findings[i].tellInC())
				}
			}
		}
	}
}

// head says the claim, and who says so.
func (c Claim) head(out io.Writer) {
	indented(out, "", c.Says)
	source := c.Source
	if c.Figure != "" {
		source = c.Figure + ", by " + source
	}
	indented(out, "", "("+source+")")
}

// tell is a finding in words: the figure with its interval beside what it must reach, or why there is none.
func (f Finding) tell(t Test) string {
	line := t.What + ": "
	if f.Rounds > 0 {
		line += f.Measured() + ", "
	}
	line += fmt.Sprintf("asked is %v", t.Bar)
	if f.Verdict == Confirmed || f.Verdict == Refuted || f.Verdict == Smaller {
		return line
	}
	return fmt.Sprintf("%s; %s: %s", line, f.Verdict, f.Why)
}

// tellInC is a yardsticks' finding, below the same test's of the services.
func (f Finding) tellInC() string {
	line := string(f.Verdict)
	if f.Rounds > 0 {
		line = fmt.Sprintf("%s, %s", f.Measured(), f.Verdict)
	}
	if f.Verdict.Decided() {
		return line
	}
	return line + ": " + f.Why
}

func (t Test) needs() string {
	var parts []string
	for _, n := range t.Needs {
		parts = append(parts, fmt.Sprintf("%s of %s", n.Experiment, strings.Join(n.Models, ", ")))
	}
	return strings.Join(parts, "; ")
}

// indented prints words in lines of at most width, the first of which begins with lead.
func indented(out io.Writer, lead, words string) {
	const indent = "    "
	room := width - len(indent) - len(lead)
	for i, line := range strings.Split(text.WrapSoft(words, room), "\n") {
		if i > 0 {
			lead = strings.Repeat(" ", len(lead))
		}
		fmt.Fprintln(out, strings.TrimRight(indent+lead+line, " "))
	}
}
