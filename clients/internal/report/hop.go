package report

import (
	"fmt"
	"math"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
)

// hopSheet shows what the way to the server costs. The reference over the bridge is 1, as everywhere; its own row is that of its
// twin, and shows the noise.
func (s *Summary) hopSheet() Sheet {
	t := Sheet{
		Name: result.Hop, Title: Title(result.Hop), Right: 2,
		About:  "One and the same epoll, reached on other ways than the bridge: response time with 1 connection and rate with 64, over the bridge's in the same trials; the rate over loopback's in the same round; CPU time for a request with 64, us. None of it is ranked. The row of the bridge is epoll's twin: how far it is from 1 is noise.",
		Header: []string{"", "at 1", "rate", "loopback=1", "server", "client", "other"},
	}
	rounds := 0
	all := s.ways()
	for _, w := range all {
		rounds = max(rounds, w.one.Ratio.Rounds, w.many.Ratio.Rounds)
		t.Notes = append(t.Notes, w.lost...)
		switch p := w.participant; {
		case p.Unsupported != "":
			t.Rows = append(t.Rows, []string{w.name, p.Unsupported})
		case len(p.Verified.Failed) > 0:
			t.Rows = append(t.Rows, []string{w.name, "not measured, for it breaks the contract: " + p.Verified.Failed[0]})
		case w.one.Outcome != "" || w.many.Outcome != "":
			t.Rows = append(t.Rows, []string{
				w.name, ratioOf(w.one), ratioOf(w.many), twoDigits(w.over), Row{}.cpu(w.many), oneDigit(w.client), oneDigit(w.other),
			})
		}
	}
	if len(t.Rows) == 0 {
		return Sheet{}
	}
	t.Notes = append(t.Notes, otherNote(all))
	if rounds < stats.MinRounds {
		t.Notes = append(t.Notes, Note{"", fmt.Sprintf("Of no row are there more than %d rounds: an interval takes %d.", rounds, stats.MinRounds)})
	}
	if words := s.onWays().busy(); words != "" {
		t.Notes = append(t.Notes, Note{"", words})
	}
	return t
}

func ratioOf(c Cell) string {
	switch {
	case c.Outcome != result.OK:
		return short(c)
	case c.Ratio.Rounds == 0:
		return "-"
	case c.Ratio.Rounds == 1:
		return twoDigits(c.Ratio.Median)
	}
	return fmt.Sprintf("%.2f %.2f-%.2f", c.Ratio.Median, c.Ratio.Low, c.Ratio.High)
}

func twoDigits(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.2f", v)
}

func oneDigit(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.1f", v)
}

// otherNote says what the last column is, or why nothing stands there.
func otherNote(all []way) Note {
	for _, w := range all {
		switch {
		case w.name != target.Bridge:
		case math.IsNaN(w.ran):
			return Note{"Other: ", "what the process takes that carries a published port's bytes is not told: of the bridge, where no such process is, it is not known."}
		case w.ran > mostOther:
			return Note{"Other: ", fmt.Sprintf("what the process takes that carries a published port's bytes is not told: in the bridge's trials, where no such process is, other things took %.0f us for each request.", w.ran)}
		}
	}
	return Note{"Other: ", "CPU time that neither the server nor the client is billed for: of the process that carries a published port's bytes; of the bridge, where there is none, it is noise."}
}
