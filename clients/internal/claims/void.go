package claims

// void is why a run decides nothing, though it has figures.
const void = "the run is void"

// voided is the entry of a run that missed an effect which was planted in it: what it says of others is not to be believed.
func (e Entry) voided(scope Scope) Entry {
	e.Findings = undecided(e.Findings)
	e.Verdict, e.Scope = together(e.Findings), scope
	if e.InC != nil {
		in := *e.InC
		in.Findings, in.Agrees = undecided(in.Findings), false
		in.Verdict = Inconclusive
		e.InC = &in
	}
	return e
}

// undecided are findings none of which decides anything; what did not before keeps its reason.
func undecided(findings []Finding) []Finding {
	out := make([]Finding, len(findings))
	for i, f := range findings {
		if f.Verdict.Decided() {
			f.Verdict, f.Why = Inconclusive, void
		}
		out[i] = f
	}
	return out
}
