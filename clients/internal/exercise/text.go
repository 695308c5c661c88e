package exercise

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"c10klab/clients/internal/report"
)

const width = 80

// WriteText prints a grade for a terminal.
func (g Grade) WriteText(out io.Writer) error {
	fmt.Fprintf(out, "Exercise %d: %s", g.Exercise.Number, g.Exercise.Title)
	if g.Who != "" {
		fmt.Fprintf(out, ", %s", g.Who)
	}
	fmt.Fprint(out, "\n\n")
	var rows []table.Row
	for n, i := range g.Items {
		answer := i.Answer
		if answer == "" {
			answer = "-"
		}
		rows = append(rows, table.Row{fmt.Sprintf("%d %s", n+1, i.Question.ID), answer, brief(i.Measured), string(i.State), i.share()})
	}
	report.Table(out, table.Row{"question", "your answer", "measured", "", "points"}, rows, 5)
	fmt.Fprintln(out)
	for n, i := range g.Items {
		g.explain(out, n+1, i)
	}
	g.end(out)
	return nil
}

// brief is what was measured without the figure behind it, which is told below the table.
func brief(measured string) string {
	short, _, _ := strings.Cut(measured, ": ")
	return short
}

// share is the points earned of those there are; what is undecided has none to give.
func (i Item) share() string {
	if !i.Decides {
		return "-"
	}
	return fmt.Sprintf("%d/%d", i.Points, i.Question.Points)
}

// explain says why it is so, and where to look.
func (g Grade) explain(out io.Writer, n int, i Item) {
	lead := fmt.Sprintf("%d %s: ", n, i.Question.ID)
	if i.Decides {
		lead += i.Measured + ". "
	} else {
		lead += "undecided here: "
	}
	wrapped(out, "", lead+sentence(i.Why))
	if i.Look != "" {
		wrapped(out, "  ", "Look at "+sentence(i.Look))
	}
}

// end says the score, and what it means.
func (g Grade) end(out io.Writer) {
	fmt.Fprintln(out)
	fmt.Fprintln(out, g.Sum())
	if g.Note != "" {
		wrapped(out, "", g.Note)
	}
	if n := g.count(Late); n > 0 {
		wrapped(out, "", "After the fact: an answer that was changed after the first run scores nothing. A new try begins with a new folder: lab exercise start.")
	}
	if !g.Gradable() {
		wrapped(out, "", g.todo())
		return
	}
	if !g.Passed() {
		return
	}
	fmt.Fprintln(out, "\nThe hints, as you have passed:")
	for n, i := range g.Items {
		for _, h := range i.Hints {
			wrapped(out, "  ", fmt.Sprintf("%d %s: %s", n+1, i.Question.ID, h))
		}
	}
	fmt.Fprintln(out)
	wrapped(out, "", "What you know now: "+sentence(g.Exercise.Learnt))
}

// Sum is the score in a line.
func (g Grade) Sum() string {
	if !g.Gradable() {
		return fmt.Sprintf("Not gradable here: %d of %d points are decided on this machine, and a grade needs %.0f %%.", g.Decided, g.Points, 100*Enough)
	}
	return fmt.Sprintf("Score: %d of %d decided points, %.0f %% (%d points in all).", g.Right, g.Decided, 100*g.Score(), g.Points)
}

// todo is what helps where too little is decided.
func (g Grade) todo() string {
	return "What to do: run it again when the machine does nothing else (lab exercise run; your answers stand), or have it graded by another machine's results (lab exercise grade -results DIR)."
}

func sentence(words string) string {
	if words = strings.TrimSpace(words); words == "" || strings.HasSuffix(words, ".") {
		return words
	}
	return words + "."
}

// wrapped prints words in lines of at most width, the later ones indented.
func wrapped(out io.Writer, indent, words string) {
	const further = "  "
	for n, line := range strings.Split(text.WrapSoft(words, width-len(indent)-len(further)), "\n") {
		lead := indent
		if n > 0 {
			lead += further
		}
		fmt.Fprintln(out, strings.TrimRight(lead+line, " "))
	}
}
