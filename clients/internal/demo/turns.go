package demo

import (
	"fmt"
	"io"
	"strings"
)

// Turns shows who goes on when somebody waits.
func Turns(out io.Writer) error {
	for i, part := range []struct {
		title string
		turns func(say func(string))
		shows string
	}{
		{
			"Two generators, two turns each", generators,
			"A generator stops at its yield and goes on there. Whom to resume a loop outside\n" +
				"decides: a generator knows nobody but who resumed it.",
		},
		{
			"Two greenlets, two turns each", greenlets,
			"A greenlet says itself who goes on: A names B, B names A. No loop decides. And it\n" +
				"switches inside of a function that it calls, which a generator can't.",
		},
		{
			"Three goroutines, five turns each, which park", parking,
			"Who waits on a channel is parked: its thread goes on with another goroutine. Each\n" +
				"wakes the next one, so the turns go round.",
		},
		{
			"Three goroutines, five turns each, with a sleep that blocks", blocking,
			"All three could run, and there is one processor for them. A sleep that the runtime\n" +
				"is not told of keeps it: nobody else has a turn until A has ended. So it is with\n" +
				"every loop whose handler blocks. (time.Sleep would park.)",
		},
	} {
		if i > 0 {
			fmt.Fprintln(out)
		}
		var said []string
		part.turns(func(s string) { said = append(said, s) })
		if _, err := fmt.Fprintf(out, "%s:\n  %s\n%s\n", part.title, strings.Join(said, " "), part.shows); err != nil {
			return err
		}
	}
	return nil
}
