package labs

import (
	"fmt"
	"strings"
)

// Sheet is one exercise as its reader sees it.
type Sheet struct {
	Number    int
	Name      string // one-at-a-time
	Title     string // One at a time
	File      string // 02-one-at-a-time.md
	Questions []Question
	Parts     []Part // under its headings, in their order
	Text      string // all of it, as it stands in the file
}

// Part is what stands under one heading.
type Part struct{ Heading, Text string }

// Headings are those of each sheet, in this order.
var Headings = []string{"What you will know afterwards", "Read", "Predict", "Run", "Explain", "Change it", "Going further", "Time needed", "Measured"}

// ID is number and name: 02-one-at-a-time.
func (s Sheet) ID() string { return fmt.Sprintf("%02d-%s", s.Number, s.Name) }

func (s Sheet) is(which string) bool {
	which = strings.TrimSuffix(which, ".md")
	return which == s.ID() || which == s.Name || which == fmt.Sprint(s.Number) || which == fmt.Sprintf("%02d", s.Number)
}

// Part returns what stands under a heading.
func (s Sheet) Part(heading string) string {
	for _, p := range s.Parts {
		if p.Heading == heading {
			return p.Text
		}
	}
	return ""
}

// Situation is the prose before the first question: what all of them are about.
func (s Sheet) Situation() string {
	var lines []string
	for line := range strings.SplitSeq(s.Part("Predict"), "\n") {
		if item.MatchString(line) {
			break
		}
		lines = append(lines, line)
	}
	return strings.Join(strings.Fields(strings.Join(lines, " ")), " ")
}

// Points is the sum of all questions'.
func (s Sheet) Points() (n int) {
	for _, q := range s.Questions {
		n += q.Points
	}
	return n
}

// Kind is how a question is answered.
type Kind string

// The kinds.
const (
	YesNo  Kind = "yes or no"
	Choice Kind = "one of these"
	Order  Kind = "in order" // all choices, the least first unless the question says otherwise
	Number Kind = "number"   // in the question's unit; a ratio's unit is "ratio"
)

// Question is one prediction that is asked for.
type Question struct {
	ID        string // its key in answers.yaml: small letters, digits and hyphens
	Text      string // in one line
	Kind      Kind
	Points    int
	Choices   []Option // of Choice and Order
	Unit      string   // of Number
	Tolerance float64  // of Number: right is what is within this factor of the measured interval; at least 1
}

// Option is one of a question's choices: a word, and what it means where that is not plain.
type Option struct{ Word, About string }

// Words are the choices' words.
func (q Question) Words() []string {
	words := make([]string, len(q.Choices))
	for i, c := range q.Choices {
		words[i] = c.Word
	}
	return words
}

// Form says in words what an answer looks like.
func (q Question) Form() string {
	switch q.Kind {
	case Choice:
		return "one of: " + strings.Join(q.Words(), ", ")
	case Order:
		return "in order, all of: " + strings.Join(q.Words(), ", ")
	case Number:
		return q.Unit + ", " + within(q.Tolerance)
	}
	return string(YesNo)
}

// within is a tolerance as sheets write it.
func within(factor float64) string { return fmt.Sprintf("within a factor of %g", factor) }
