package exercise

import "io"

// Formats are the ways to write a grade, by name.
var Formats = []string{"text", "json", "junit", "gradescope"}

// Write writes a grade in one of the formats.
func (g Grade) Write(out io.Writer, format string) error {
	if format == "text" {
		return g.WriteText(out)
	}
	return g.Marks().Write(out, format)
}

// Marks puts the grade into plain words.
func (g Grade) Marks() Marks {
	m := Marks{
		Exercise: g.Exercise.Number, Name: g.Exercise.Name, Who: g.Who, Gradable: g.Gradable(),
		Right: g.Right, Decided: g.Decided, Points: g.Points, Results: g.Against, Note: g.Note, sum: g.Sum(),
	}
	if m.Gradable {
		m.Score = g.Score()
	}
	for _, i := range g.Items {
		m.Questions = append(m.Questions, Mark{
			i.Question.ID, i.Question.Text, i.Answer, i.Measured, i.State, i.Points, i.Question.Points, i.Why, i.Look, i.Decides,
		})
	}
	return m
}
