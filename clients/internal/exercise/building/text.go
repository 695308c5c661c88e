package building

import (
	"fmt"
	"io"
	"strings"
)

// WriteText prints a grade: a line for each case, and for each that failed what a student needs to find out why.
func (g Grade) WriteText(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Exercise %d, %s, in %s, seed %q\n\n", g.Exercise, g.Name, g.Lang, g.Seed)
	for _, r := range g.Cases {
		fmt.Fprintf(&b, "%-9s  %-17s %d  %s\n", r.State, r.Case, r.Points, r.Title)
		if r.Words != "" && r.State != Failed {
			fmt.Fprintf(&b, "%33s%s\n", "", r.Words)
		}
	}
	for _, r := range g.Cases {
		if r.State == Failed && !r.unstarted {
			r.write(&b)
		}
	}
	if n := len(g.Cases); n > 0 && g.Cases[0].unstarted {
		fmt.Fprintf(&b, "\nNothing was played: %s\n", g.Cases[0].Words)
	}
	fmt.Fprintf(&b, "\n%d of %d points", g.Right, g.Decided)
	if g.Decided < g.Points {
		fmt.Fprintf(&b, " (%d more are undecided here)", g.Points-g.Decided)
	}
	fmt.Fprintf(&b, ". What was said was drawn from %d.\n", g.Draw)
	_, err := io.WriteString(out, b.String())
	return err
}

// write tells what happened in a failed case.
func (r Result) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s failed", r.Case)
	if r.Times > 1 {
		fmt.Fprintf(b, " the %d. time", r.Times)
	}
	if d := r.Failure.Difference; d == nil {
		fmt.Fprintf(b, ": %s\n", r.Words)
	} else {
		fmt.Fprintf(b, ": client %d got another answer than it should", r.Failure.Client)
		if ended, _, has := strings.Cut(r.Words, ". Meanwhile: "); has {
			fmt.Fprintf(b, ", for %s", ended)
		}
		fmt.Fprintf(b, "\n  sent      %s\n  expected  %s\n  received  %s\n  byte %d is the first that differs\n", d.Sent, d.Expected, d.Received, d.At)
	}
	block(b, "What the clients did and saw", lines(r.Failure.Steps))
	block(b, "What the server's threads waited in", r.Failure.Threads)
	if said := strings.TrimSpace(r.Failure.Said); said != "" {
		block(b, "What the server printed", strings.Split(said, "\n"))
	}
	fmt.Fprintf(b, "  Alone: %s\n", r.Repeat)
}

// lines are the last steps as text: the failure is at their end.
func lines(steps []Step) (out []string) {
	const last = 12
	if n := len(steps) - last; n > 0 {
		out = append(out, fmt.Sprintf("(%d steps before)", n))
		steps = steps[n:]
	}
	for _, s := range steps {
		out = append(out, s.String())
	}
	return out
}

func block(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "  %s:\n", title)
	for _, line := range lines {
		fmt.Fprintf(b, "    %s\n", line)
	}
}
