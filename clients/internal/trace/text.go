package trace

import (
	"fmt"
	"io"
	"strings"
)

// WriteSchedule prints the arrivals, numbered.
func WriteSchedule(out io.Writer, s []Action) {
	for i, a := range s {
		fmt.Fprintf(out, "%3d  %s\n", i+1, a)
	}
}

// Write prints the whole trace, a call a line.
func (t Trace) Write(out io.Writer) {
	fmt.Fprintln(out, "  0  nobody is there")
	writeLanes(out, t.Start)
	for i, s := range t.Steps {
		fmt.Fprintf(out, "%3d  %s\n", i+1, s.Action)
		writeLanes(out, s.Lanes)
		if len(s.Waiting) > 0 {
			fmt.Fprintf(out, "     not answered yet: %s\n", strings.Join(s.Waiting, ", "))
		}
	}
}

// writeLanes prints one step's lanes; equal ones that did nothing are one line.
func writeLanes(out io.Writer, lanes []Lane) {
	for i := 0; i < len(lanes); {
		lines := lanes[i].lines()
		same := 1
		for i+same < len(lanes) && len(lanes[i].Calls) == 0 && lanes[i+same].title() == lanes[i].title() &&
			strings.Join(lanes[i+same].lines(), "\n") == strings.Join(lines, "\n") {
			same++
		}
		title := lanes[i].title()
		if same > 1 {
			title = fmt.Sprintf("%d x %s", same, title)
		}
		for _, line := range lines {
			fmt.Fprintf(out, "     %-18s  %s\n", title, line)
			title = ""
		}
		i += same
	}
}

// title is who it is, and whom it serves in this schedule.
func (l Lane) title() string {
	if len(l.For) == 0 {
		return l.Who
	}
	return l.Who + " " + strings.Join(l.For, "+")
}

func (l Lane) lines() (out []string) {
	for _, c := range l.Calls {
		out = append(out, c.String())
	}
	for _, c := range l.Waits {
		out = append(out, "waits in "+c.String())
	}
	for i, c := range l.Round {
		lead := "again and again "
		if i > 0 {
			lead = strings.Repeat(" ", len(lead))
		}
		out = append(out, lead+c.String())
	}
	if len(l.Waits)+len(l.Round) == 0 {
		out = append(out, "has ended")
	}
	return out
}
