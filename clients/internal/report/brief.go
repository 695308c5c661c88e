package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"c10klab/clients/internal/claims"
)

// What a brief report tells at most: it is to be read on one screen.
const (
	briefClaims  = 5
	briefMissing = 6
)

// WriteBrief prints what a run ends with: some claims that it decided, and the table for a reader in a hurry, which comes
// last, for it is next to the prompt then. All else is in Write.
func (s Summary) WriteBrief(out io.Writer) {
	entries, decided := s.Ledger()
	if len(s.Run.Records) > 0 && decided > 0 {
		for _, e := range claims.Decided(entries[:decided], briefClaims) {
			fmt.Fprintln(out, wrap("- ", e.Sentence()))
		}
		fmt.Fprintln(out, wrap("", fmt.Sprintf("Of %d claims: %s.", len(entries), Tally(entries))))
		fmt.Fprintln(out)
	}
	if m, own := s.Mix(); own {
		m.write(out)
		if len(s.Chosen()) == 1 {
			notes(out, s.Conditions(), s.briefly())
			return
		}
		fmt.Fprintln(out)
	}
	if hop := s.hopSheet(); len(hop.Rows) > 0 {
		hop.filled().write(out)
		if len(s.Run.Records) == 0 {
			notes(out, s.Conditions())
			return
		}
		fmt.Fprintln(out)
	}
	s.Sheets()[0].write(out)
	notes(out, s.Conditions(), s.briefly())
}

func notes(out io.Writer, lists ...[]Note) {
	for _, n := range slices.Concat(lists...) {
		fmt.Fprintln(out, wrap(n.Lead, n.Words))
	}
}

// Chosen are the experiments that the run has records of.
func (s Summary) Chosen() (names []string) {
	for _, r := range s.Run.Records {
		if !slices.Contains(names, r.Experiment) {
			names = append(names, r.Experiment)
		}
	}
	return names
}

// briefly is Missing with one line for each model, and as many lines as a reader in a hurry takes.
func (s Summary) briefly() (notes []Note) {
	more := map[string]int{}
	for _, n := range s.Missing() {
		if n.Lead == "" {
			notes = append(notes, n)
			continue
		}
		if more[n.Lead]++; more[n.Lead] == 1 {
			notes = append(notes, n)
		}
	}
	for i, n := range notes {
		if k := more[n.Lead] - 1; k > 0 {
			notes[i].Words = fmt.Sprintf("%s (And %d more.)", n.Words, k)
		}
	}
	if len(notes) <= briefMissing {
		return notes
	}
	rest := map[string]bool{}
	for _, n := range notes[briefMissing:] {
		rest[strings.TrimSuffix(n.Lead, ": ")] = true
	}
	return append(notes[:briefMissing], Note{"", "Something is missing of these, too: " + strings.Join(slices.Sorted(maps.Keys(rest)), ", ") + "."})
}
