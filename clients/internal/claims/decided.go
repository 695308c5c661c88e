package claims

import (
	"fmt"
	"slices"
	"strings"
)

// Decided reports whether the run says yes or no.
func (v Verdict) Decided() bool { return v == Confirmed || v == Smaller || v == Refuted }

// Decided picks at most n claims that were decided, to be told in sentences: of the refuted, the smaller and the confirmed
// ones by turns, each in the ledger's order, so that a run does not only tell what everybody knew.
func Decided(ledger []Entry, n int) (picked []Entry) {
	verdicts := []Verdict{Refuted, Confirmed, Smaller}
	left := map[Verdict][]Entry{}
	for _, e := range ledger {
		left[e.Verdict] = append(left[e.Verdict], e)
	}
	for len(picked) < n {
		before := len(picked)
		for _, v := range verdicts {
			if len(left[v]) > 0 && len(picked) < n {
				picked, left[v] = append(picked, left[v][0]), left[v][1:]
			}
		}
		if len(picked) == before {
			break
		}
	}
	return picked
}

// words for verdicts, as a sentence begins with them.
var words = map[Verdict]string{
	Confirmed: "True here",
	Smaller:   "True here, but less than said",
	Refuted:   "Not so here",
}

// Sentence tells a decided claim with the figure that decided it.
func (e Entry) Sentence() string {
	i := slices.IndexFunc(e.Findings, func(f Finding) bool { return f.Verdict == e.Verdict })
	if i < 0 {
		i = 0
	}
	f, t := e.Findings[i], e.Tests[i]
	return fmt.Sprintf("%s: “%s” %s: %s; asked is %v.%s", words[e.Verdict], strings.TrimRight(e.Says, "."), upper(t.What), f.Measured(), t.Bar, e.otherwiseInC())
}

// otherwiseInC says so, where the programs in C say something else.
func (e Entry) otherwiseInC() string {
	if e.InC == nil || e.InC.Agrees || !e.InC.Verdict.Decided() {
		return ""
	}
	return fmt.Sprintf(" (That is in Go; in C%s: %s.)", e.byTests(), e.InC.Verdict)
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
