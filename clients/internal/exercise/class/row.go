package class

import (
	"strings"

	"c10klab/clients/internal/exercise"
)

// refused is the row of what can't be graded.
func (r Row) refused(why error) Row {
	r.Right, r.Decided, r.Score, r.Status = 0, 0, nil, Refused
	r.Remark = strings.ReplaceAll(why.Error(), "\n", "; ")
	return r
}

// remark adds one.
func (r *Row) remark(words string) {
	switch {
	case words == "":
	case r.Remark == "":
		r.Remark = words
	default:
		r.Remark += "; " + words
	}
}

// of takes what a grade says.
func (r *Row) of(g exercise.Grade) {
	r.Who, r.Points, r.Right, r.Decided = g.Who, g.Points, g.Right, g.Decided
	late, unanswered := named(g, exercise.Late), named(g, exercise.Unanswered)
	switch {
	case !g.Gradable():
		r.Status = Undecided
	case late != "":
		r.Status = Late
	case g.Passed():
		r.Status = Passed
	default:
		r.Status = Failed
	}
	if g.Gradable() {
		score := g.Score()
		r.Score = &score
	}
	if late != "" {
		r.remark("after the fact: " + late)
	}
	if unanswered != "" {
		r.remark("unanswered: " + unanswered)
	}
	if r.Status == Undecided {
		r.remark("undecided: " + named(g, exercise.NoVerdict))
	}
	r.remark(g.Note)
	if g.Who == "" {
		r.remark("no name in it")
	}
}

// named are the questions in that state.
func named(g exercise.Grade, s exercise.State) string {
	var ids []string
	for _, i := range g.Items {
		if i.State == s {
			ids = append(ids, i.Question.ID)
		}
	}
	return strings.Join(ids, ", ")
}
