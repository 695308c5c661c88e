package exercise

import (
	"fmt"
	"io"

	"c10klab/docs/labs"
)

// WriteHints prints the nth hint to each of the questions; 0: all of them.
func (e Exercise) WriteHints(out io.Writer, questions []labs.Question, n int) {
	for _, q := range questions {
		grader, _ := e.question(q.ID)
		for step, h := range grader.Hints {
			if n == 0 || n == step+1 {
				wrapped(out, "", fmt.Sprintf("%s, hint %d of %d: %s", q.ID, step+1, Hints, h))
			}
		}
	}
	if n > 0 && n < Hints {
		fmt.Fprintf(out, "\nMore: lab exercise hint -n %d\n", n+1)
	}
}
