package exercise

import (
	"fmt"
	"slices"
	"strings"

	"c10klab/clients/internal/claims"
	"c10klab/docs/labs"
)

// Truth is what a run says of one question: a choice, an order, or an interval; or why it says nothing.
type Truth struct {
	Lo, Mid, Hi float64     // of a number
	Choice      string      // one of the question's choices; yes or no
	Order       []string    // by the medians
	Firm        [][2]string // pairs of which the run says that the first comes before the second; all others are tied

	Undecided string // why the run decides nothing: a gate, noise, or a cell that was not measured; empty: it does
	Measured  string // the figure behind it, in words; empty: what stands above says it
	Why       string // why it is so, in a sentence or two
	Look      string // where one sees it: a section of the report, a file of services/ and its region
}

// Undecided is a truth that is none.
func Undecided(format string, args ...any) Truth {
	return Truth{Undecided: fmt.Sprintf(format, args...)}
}

// Because adds why it is so, and where to look.
func (t Truth) Because(why, look string) Truth {
	t.Why, t.Look = why, look
	return t
}

// right says whether an answer agrees with a truth that is decided.
func (t Truth) right(q labs.Question, a Answer) bool {
	switch q.Kind {
	case labs.Order:
		return t.respected(a.Order)
	case labs.Number:
		low, high := t.accepted(q.Tolerance)
		return a.Number >= low && a.Number <= high
	}
	return a.Word == t.Choice
}

// accepted is which numbers are right: the interval, and what lies within the tolerance's factor of its ends.
func (t Truth) accepted(factor float64) (low, high float64) {
	low, high = t.Lo/factor, t.Hi*factor
	if t.Lo < 0 {
		low = t.Lo * factor
	}
	if t.Hi < 0 {
		high = t.Hi / factor
	}
	return low, high
}

// respected says whether an order has all firm pairs the right way round. What is tied may stand either way.
func (t Truth) respected(order []string) bool {
	for _, pair := range t.Firm {
		if slices.Index(order, pair[0]) > slices.Index(order, pair[1]) {
			return false
		}
	}
	return true
}

// judged is the truth as far as it decides that question: an interval that is wider than the tolerance on both its sides makes
// nearly every answer right, and an order without a firm pair all of them.
func (t Truth) judged(q labs.Question) Truth {
	switch {
	case t.Undecided != "":
	case q.Kind == labs.Order && len(t.Firm) == 0:
		t.Undecided = "noise: none of them can be told from another here"
	case q.Kind == labs.Number && t.Lo != t.Hi && (t.Lo <= 0 || t.Hi/t.Lo > q.Tolerance*q.Tolerance):
		t.Undecided = fmt.Sprintf("noise: the interval, %s to %s, is wider than a factor of %g on both sides of its middle",
			claims.Number(t.Lo), claims.Number(t.Hi), q.Tolerance)
	}
	return t
}

// words says what was measured.
func (t Truth) words(q labs.Question) string {
	said := ""
	switch {
	case t.Undecided != "":
		return "-"
	case q.Kind == labs.Order:
		said = t.ordered()
	case q.Kind == labs.Number && t.Lo == t.Hi:
		said = claims.Number(t.Mid)
	case q.Kind == labs.Number:
		said = fmt.Sprintf("%s (%s to %s)", claims.Number(t.Mid), claims.Number(t.Lo), claims.Number(t.Hi))
	default:
		said = t.Choice
	}
	if t.Measured != "" {
		said += ": " + t.Measured
	}
	return said
}

// ordered is the order with < where a neighbour is told apart and = where it is tied; pairs further apart that are told apart
// although all between them are ties stand behind it.
func (t Truth) ordered() string {
	var b strings.Builder
	var apart []string
	tiedSince := 0 // the first of the ties that the last name stands in
	for i, name := range t.Order {
		switch {
		case i == 0:
		case slices.Contains(t.Firm, [2]string{t.Order[i-1], name}):
			tiedSince = i
			b.WriteString(" < ")
		default:
			b.WriteString(" = ")
		}
		b.WriteString(name)
		for _, other := range t.Order[tiedSince:i] {
			if slices.Contains(t.Firm, [2]string{other, name}) {
				apart = append(apart, other+" < "+name)
			}
		}
	}
	if len(apart) > 0 {
		fmt.Fprintf(&b, " (but %s)", strings.Join(apart, ", "))
	}
	return b.String()
}
