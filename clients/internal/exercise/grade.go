package exercise

import (
	"c10klab/clients/internal/result"
	"c10klab/docs/labs"
)

// State is what became of one prediction.
type State string

// The states.
const (
	Right      State = "right"
	Wrong      State = "wrong"
	NoVerdict  State = "undecided"      // the run decides nothing here: it counts neither way
	Late       State = "after the fact" // the answer was changed after the run: it scores nothing
	Unanswered State = "unanswered"
)

// Item is one question, graded.
type Item struct {
	Question labs.Question
	Answer   string // as it was read; empty: none
	Measured string
	State    State
	Points   int    // that were earned
	Decides  bool   // its points count among those decided
	Why      string // why it is so, or why nothing is decided
	Look     string
	Hints    []string
}

// Grade is an exercise, graded.
type Grade struct {
	Exercise Exercise
	Who      string
	Items    []Item
	Right    int    // points earned
	Decided  int    // points of questions that the run decides
	Points   int    // of all
	Note     string // what is to be known of it; empty: nothing
	Against  string // the folder of results that it was graded by
}

const (
	// Enough is the share of points that must be decided for a grade.
	Enough = 0.7
	// Pass is the score from which on all hints are shown, and what comes next.
	Pass = 0.6
)

// Grade sets predictions beside what a run says. before is what had been answered before the folder's first run; nil: there was
// none, and nothing is after the fact.
func (e Exercise) Grade(a Answers, run result.Run, before *result.Exercise, questions []labs.Question) Grade {
	g := Grade{Exercise: e, Who: a.Who, Against: run.Path}
	said := NewRun(run)
	now := a.Committed(e.Sheet)
	for _, q := range questions {
		i := e.item(q, a, said)
		if before != nil && i.State != Unanswered && before.Each[q.ID] != now.Each[q.ID] {
			if i.State != NoVerdict {
				i.State = Late
			}
			i.Points = 0
		}
		g.Items = append(g.Items, i)
		g.Points += q.Points
		g.Right += i.Points
		if i.Decides {
			g.Decided += q.Points
		}
	}
	if before == nil {
		g.Note = "No run of this folder holds these answers, so it can't be told whether they stood before anything was measured."
	}
	return g
}

// item grades one question.
func (e Exercise) item(q labs.Question, a Answers, run Run) Item {
	i := Item{Question: q}
	grader, ok := e.question(q.ID)
	truth := Undecided("the exercise has no grader for it")
	if ok {
		truth, i.Hints = grader.Truth(run).judged(q), grader.Hints[:]
	}
	if run.void != "" {
		truth.Undecided = "the run is " + run.void
	}
	answer, answered := a.To[q.ID]
	i.Measured, i.Look, i.Decides = truth.words(q), truth.Look, truth.Undecided == ""
	i.Why = truth.Why
	if !i.Decides {
		i.Why = truth.Undecided
	}
	if answered {
		i.Answer = answer.words(q)
	}
	switch {
	case !i.Decides:
		i.State = NoVerdict
	case !answered:
		i.State = Unanswered
	case truth.right(q, answer):
		i.State, i.Points = Right, q.Points
	default:
		i.State = Wrong
	}
	return i
}

// Score is the share of the decided points that were earned; 0 where nothing is decided.
func (g Grade) Score() float64 {
	if g.Decided == 0 {
		return 0
	}
	return float64(g.Right) / float64(g.Decided)
}

// Gradable says whether enough is decided.
func (g Grade) Gradable() bool {
	return g.Points > 0 && float64(g.Decided) >= Enough*float64(g.Points)
}

// Passed says whether the score is one to go on with.
func (g Grade) Passed() bool { return g.Gradable() && g.Score() >= Pass }

// count is how many questions have that state.
func (g Grade) count(s State) (n int) {
	for _, i := range g.Items {
		if i.State == s {
			n++
		}
	}
	return n
}
