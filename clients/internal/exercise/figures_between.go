package exercise

import "c10klab/clients/internal/claims"

// OwnBetween is a figure that the experiment names itself, of one model over another's. The two were measured alone, one after
// the other: so the interval is the widest that theirs allow.
func (r Run) OwnBetween(a, b, experiment, name string) claims.Figure {
	over, under := r.Own(a, experiment, name), r.Own(b, experiment, name)
	switch {
	case over.Missing != "" || over.Unsupported != "":
		return over
	case under.Missing != "" || under.Unsupported != "":
		return under
	case under.Low <= 0:
		return claims.Figure{Missing: experiment + " of " + b + " is not above zero, and can't be divided by"}
	}
	over.Median, over.Low, over.High = over.Median/under.Median, over.Low/under.High, over.High/under.Low
	over.Coverage, over.Rounds = min(over.Coverage, under.Coverage), min(over.Rounds, under.Rounds)
	return over
}
