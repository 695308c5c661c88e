package page

import (
	"c10klab/clients/internal/claims"
)

// claim is one as the layout takes it.
type claim struct {
	ID, Says, Source, Scope string
	Verdict                 claims.Verdict
	Kind                    string // of a style
	Decided                 bool
	Tests                   []tested
}

type tested struct {
	What, Theirs, Median, Interval, Asked string
	Verdict                               claims.Verdict
	Kind, Why                             string
}

func ledger(entries []claims.Entry) (list []claim) {
	for _, e := range entries {
		c := claim{
			ID: e.ID, Says: e.Says, Source: e.Source, Scope: e.Speaks(), Verdict: e.Verdict, Kind: kind(e.Verdict), Decided: e.Verdict.Decided(),
		}
		for i, f := range e.Findings {
			t := tested{
				What: e.Tests[i].What, Theirs: "-", Median: "-", Interval: "-", Asked: e.Tests[i].Bar.String(), Verdict: f.Verdict, Kind: kind(f.Verdict), Why: f.Why,
			}
			if e.Figure != "" {
				t.Theirs = e.Figure
			}
			if f.Rounds > 0 {
				t.Median, t.Interval = claims.Number(f.Median), claims.Number(f.Low)+" to "+claims.Number(f.High)
			}
			c.Tests = append(c.Tests, t)
		}
		list = append(list, c)
	}
	return list
}

func kind(v claims.Verdict) string {
	switch v {
	case claims.Confirmed, claims.Smaller:
		return "good"
	case claims.Refuted:
		return "bad"
	}
	return "open"
}
