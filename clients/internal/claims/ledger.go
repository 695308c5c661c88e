package claims

import (
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
)

// Entry is one claim and what a run says of it.
type Entry struct {
	Claim
	Verdict  Verdict
	Findings []Finding // one for each of its tests
	InC      *InC      // what yardsticks in C say of it; nil: none took part that can
}

// Finding is one test's.
type Finding struct {
	Figure
	Verdict Verdict
	Why     string // it is not decided; empty if it is
}

// Ledger judges all claims by a run's results. A void run decides none.
func Ledger(run result.Run) []Entry {
	services, yardsticks := apart(run)
	void := spike.Of(run).Void() != ""
	entries := make([]Entry, len(all))
	for i, c := range all {
		if entries[i] = c.settle(services, yardsticks); void {
			entries[i] = entries[i].voided(c.Scope)
		}
	}
	return entries
}

func (c Claim) judge(e Evidence) Entry {
	entry := Entry{Claim: c}
	for _, t := range c.Tests {
		f := t.of(e)
		verdict, why := t.Bar.judge(f)
		entry.Findings = append(entry.Findings, Finding{f, verdict, why})
	}
	entry.Verdict = together(entry.Findings)
	return entry
}

// together is the verdict of a claim: refuted if one of its tests is, else the least of what they say.
func together(findings []Finding) Verdict {
	for _, v := range []Verdict{Refuted, Unsupported, Inconclusive, Smaller} {
		for _, f := range findings {
			if f.Verdict == v {
				return v
			}
		}
	}
	return Confirmed
}
