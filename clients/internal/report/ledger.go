package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"c10klab/clients/internal/claims"
)

// Ledger is what the run says of each claim, the settled ones first.
func (s *Summary) Ledger() (entries []claims.Entry, decided int) {
	var open []claims.Entry
	for _, e := range s.ledger {
		if e.Verdict.Decided() {
			entries = append(entries, e)
		} else {
			open = append(open, e)
		}
	}
	return append(entries, open...), len(entries)
}

// Tally counts the verdicts: "3 confirmed, 1 refuted, 12 inconclusive".
func Tally(entries []claims.Entry) string {
	var parts []string
	for _, v := range []claims.Verdict{claims.Confirmed, claims.Smaller, claims.Refuted, claims.Inconclusive, claims.Unsupported} {
		n := 0
		for _, e := range entries {
			if e.Verdict == v {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(parts, "; ")
}

// Measured is a finding's figure with its interval; "-" if there is none.
func Measured(f claims.Finding) string {
	return f.Measured()
}

// Whys are the reasons for which a claim is not decided, each once.
func Whys(e claims.Entry) string {
	var words []string
	seen := map[string]bool{}
	for _, f := range e.Findings {
		if f.Why != "" && !seen[f.Why] {
			seen[f.Why] = true
			words = append(words, f.Why)
		}
	}
	return strings.Join(words, "; ")
}

// writeLedger prints the settled claims with their figures, and one sentence about each of the others.
func (s *Summary) writeLedger(out io.Writer) {
	entries, decided := s.Ledger()
	if len(entries) == 0 || len(s.Run.Records) == 0 {
		return
	}
	fmt.Fprintf(out, "What people say: %s.\n\n", Tally(entries))
	claims.WriteLedger(out, entries[:decided])
	if decided > 0 && decided < len(entries) {
		fmt.Fprintln(out)
	}
	var unmeasured []string
	for _, e := range entries[decided:] {
		if e.Verdict == claims.Inconclusive && !slices.ContainsFunc(e.Findings, hasFigure) {
			unmeasured = append(unmeasured, e.ID)
			continue
		}
		fmt.Fprintln(out, wrap("", ended(fmt.Sprintf("%s: %s: %s", e.ID, e.Verdict, Whys(e)))))
	}
	if len(unmeasured) > 0 {
		fmt.Fprintln(out, wrap("", "Without a figure in this run (lab claims DIR says why): "+strings.Join(unmeasured, ", ")+"."))
	}
	fmt.Fprintln(out)
}

func hasFigure(f claims.Finding) bool { return f.Rounds > 0 }

// ledgerSheet is the ledger with a line for each test, the claim in the first of its lines.
func (s *Summary) ledgerSheet() Sheet {
	entries, _ := s.Ledger()
	t := Sheet{
		Name: "claims", Title: "What people say",
		About:  "Each claim, its source's figure beside the measured one with its interval, the threshold that stood before anything was measured, and the verdict.",
		Header: []string{"claim", "says", "source", "source's figure", "measured", "figure", "asked", "verdict", "not decided because"}, Right: 99,
	}
	for _, e := range entries {
		for i, f := range e.Findings {
			line := []string{e.ID + ": " + string(e.Verdict) + " (" + e.Speaks() + ")", e.Says, e.Source, e.Figure}
			if i > 0 {
				line = []string{"", "", "", ""}
			}
			test := e.Tests[i]
			t.Rows = append(t.Rows, append(line, test.What, Measured(f), test.Bar.String(), string(f.Verdict), f.Why))
		}
	}
	return t
}
