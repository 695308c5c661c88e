package exercise

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// Marks are a grade in plain words, of predictions as of programs: what all formats but text are made of.
type Marks struct {
	Exercise  int     `json:"exercise"`
	Name      string  `json:"name"`
	Who       string  `json:"who"`
	Gradable  bool    `json:"gradable"`
	Score     float64 `json:"score"` // right / decided; 0 where it is not gradable
	Right     int     `json:"points_right"`
	Decided   int     `json:"points_decided"`
	Points    int     `json:"points"`
	Results   string  `json:"results,omitempty"` // what it was graded by
	Note      string  `json:"note,omitempty"`
	Questions []Mark  `json:"questions"`

	sum string // all of it in a sentence
}

// Mark is one question, or one case that a program is put to.
type Mark struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Answer   string `json:"answer,omitempty"`
	Measured string `json:"measured,omitempty"`
	State    State  `json:"state"`
	Right    int    `json:"points_right"`
	Points   int    `json:"points"`
	Why      string `json:"why"`
	Look     string `json:"look,omitempty"`

	decides bool // its points count among those decided
}

// Add counts one more, which is decided unless it says otherwise.
func (m *Marks) Add(one Mark) {
	one.decides = one.State != NoVerdict
	m.Questions = append(m.Questions, one)
	m.Points += one.Points
	m.Right += one.Right
	if one.decides {
		m.Decided += one.Points
	}
	if m.Gradable = m.Points > 0 && float64(m.Decided) >= Enough*float64(m.Points); m.Gradable {
		m.Score = float64(m.Right) / float64(m.Decided)
	}
	m.sum = fmt.Sprintf("%d of %d points.", m.Right, m.Decided)
}

// Write writes them as json, junit or gradescope.
func (m Marks) Write(out io.Writer, format string) error {
	switch format {
	case "json":
		return indented(out, m)
	case "junit":
		return m.junit(out)
	case "gradescope":
		return indented(out, m.gradescope())
	}
	return fmt.Errorf("no format %q: choose from %s", format, strings.Join(Formats, ", "))
}

func indented(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// said is what became of it, in words.
func (m Mark) said() string {
	if m.Answer == "" && m.Measured == "" {
		return fmt.Sprintf("%s: %s", m.State, m.Why)
	}
	return fmt.Sprintf("%s: answered %q, measured %s. %s", m.State, m.Answer, m.Measured, m.Why)
}

// junit is a suite with a case for each question: wrong is a failure, undecided is skipped.
func (m Marks) junit(out io.Writer) error {
	type message struct {
		Message string `xml:"message,attr"`
	}
	type testcase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Failure *message `xml:"failure,omitempty"`
		Skipped *message `xml:"skipped,omitempty"`
	}
	id := fmt.Sprintf("%02d-%s", m.Exercise, m.Name)
	suite := struct {
		XMLName  xml.Name   `xml:"testsuite"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Skipped  int        `xml:"skipped,attr"`
		Cases    []testcase `xml:"testcase"`
	}{Name: "exercise " + id, Tests: len(m.Questions)}
	for _, q := range m.Questions {
		c := testcase{Class: id, Name: q.ID}
		switch q.State {
		case Right:
		case NoVerdict:
			c.Skipped = &message{q.Why}
			suite.Skipped++
		default:
			c.Failure = &message{q.said()}
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, c)
	}
	fmt.Fprint(out, xml.Header)
	e := xml.NewEncoder(out)
	e.Indent("", "  ")
	if err := e.Encode(suite); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out)
	return err
}

// gradescope is what an autograder of that name leaves in results.json. Undecided questions are told and count neither way.
func (m Marks) gradescope() any {
	type test struct {
		Name   string  `json:"name"`
		Score  float64 `json:"score"`
		Max    float64 `json:"max_score"`
		Status string  `json:"status,omitempty"` // passed or failed
		Output string  `json:"output"`
	}
	r := struct {
		Score  float64 `json:"score"` // the share of the decided points, of 100
		Output string  `json:"output"`
		Tests  []test  `json:"tests"`
	}{Output: strings.TrimSpace(m.sum + " " + m.Note), Score: 100 * m.Score}
	for _, q := range m.Questions {
		t := test{Name: q.ID, Score: float64(q.Right), Output: q.said()}
		if q.decides {
			t.Max, t.Status = float64(q.Points), "failed"
			if q.State == Right {
				t.Status = "passed"
			}
		}
		r.Tests = append(r.Tests, t)
	}
	return r
}
