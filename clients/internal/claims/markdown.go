package claims

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes the page of the claims: docs/claims.md, which a test holds against it.
func Markdown(out io.Writer) {
	fmt.Fprint(out, `# What people say

Each claim is code: who says so and with which figure, what is measured, and a threshold that stood before anything was. A run decides
it: `+"`lab claims DIR`"+` says of its results, claim by claim, the figure with its interval and the verdict. (This page is `+"`lab claims -markdown`"+`.)

- **confirmed**: the whole interval is on the right side of the threshold, and the difference is larger than the run's noise.
- **confirmed, smaller**: there is a difference of that kind, and it does not reach the size.
- **refuted**: the whole interval is beyond the threshold, by more than noise.
- **inconclusive**: noise, too few rounds, a failed gate, or nothing measured: the reason is told.
- **unsupported**: the machine can't do what the claim is about.

A claim with several tests holds if all of them do. The scope is what a verdict speaks of: "in Go" is these programs, whose language has a share in it; "the mechanism" is the kernel, asked without them,
or what programs in C (tests/yardstick) say, too, that were measured in the same rounds. Where these say something else, both verdicts are told; where none took part, the verdict is in Go.
`)
	for _, c := range All() {
		fmt.Fprintf(out, "\n## %s\n\n%s\n\n", c.ID, c.Says)
		fmt.Fprintf(out, "- Source: %s\n", c.Source)
		if c.Figure != "" {
			fmt.Fprintf(out, "- Its figure: %s\n", c.Figure)
		}
		fmt.Fprintf(out, "- Scope: %s\n", c.Asks())
		fmt.Fprint(out, "\n| measured | threshold | needs |\n| --- | --- | --- |\n")
		for _, t := range c.Tests {
			fmt.Fprintf(out, "| %s | %v | %s |\n", strings.ReplaceAll(t.What, "|", `\|`), t.Bar, t.needs())
		}
	}
}
