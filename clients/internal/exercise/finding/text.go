package finding

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Write writes the grade for a person. With all it says what each case that failed has to teach.
func (g Grade) Write(out io.Writer, all bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Exercise %d: %s\n%s\n\n", g.Exercise.Number, g.Exercise.Title, g.Who)
	for _, i := range g.Items {
		verdict, earned := "wrong", 0
		if i.Right {
			verdict, earned = "right", i.Points
		}
		fmt.Fprintf(&b, "%-8s %-6s %d of %d  %s\n", i.Name, verdict, earned, i.Points, i.Answer)
		fmt.Fprintf(&b, "         %s\n", strings.ReplaceAll(text.WrapSoft(i.Why, 100), "\n", "\n         "))
	}
	if all {
		for _, f := range g.Failed {
			fmt.Fprintf(&b, "\n%s: %s\n", f.Case, f.Reason)
			for _, line := range f.Transcript {
				fmt.Fprintf(&b, "  %s\n", line)
			}
		}
	}
	fmt.Fprintf(&b, "\n%d of %d points\n", g.Earned(), g.Points())
	_, err := io.WriteString(out, b.String())
	return err
}
