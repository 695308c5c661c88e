package exercise

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// Formats are the ways to write a grade, by name.
var Formats = []string{"text", "json", "junit", "gradescope"}

// Write writes a grade in one of the formats.
func (g Grade) Write(out io.Writer, format string) error {
	switch format {
	case "text":
		return g.WriteText(out)
	case "json":
		return indented(out, g.plain())
	case "junit":
		return g.junit(out)
	case "gradescope":
		return indented(out, g.gradescope())
	}
	return fmt.Errorf("no format %q: choose from %s", format, strings.Join(Formats, ", "))
}

func indented(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// plainGrade is a grade as JSON.
type plainGrade struct {
	Exercise  int         `json:"exercise"`
	Name      string      `json:"name"`
	Who       string      `json:"who"`
	Gradable  bool        `json:"gradable"`
	Score     float64     `json:"score"` // right / decided; 0 where it is not gradable
	Right     int         `json:"points_right"`
	Decided   int         `json:"points_decided"`
	Points    int         `json:"points"`
	Results   string      `json:"results"`
	Note      string      `json:"note,omitempty"`
	Questions []plainItem `json:"questions"`
}

type plainItem struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Measured string `json:"measured"`
	State    State  `json:"state"`
	Right    int    `json:"points_right"`
	Points   int    `json:"points"`
	Why      string `json:"why"`
	Look     string `json:"look,omitempty"`
}

func (g Grade) plain() plainGrade {
	p := plainGrade{
		Exercise: g.Exercise.Number, Name: g.Exercise.Name, Who: g.Who, Gradable: g.Gradable(),
		Right: g.Right, Decided: g.Decided, Points: g.Points, Results: g.Against, Note: g.Note,
	}
	if p.Gradable {
		p.Score = g.Score()
	}
	for _, i := range g.Items {
		p.Questions = append(p.Questions, plainItem{
			i.Question.ID, i.Question.Text, i.Answer, i.Measured, i.State, i.Points, i.Question.Points, i.Why, i.Look,
		})
	}
	return p
}

// junit is a suite with a case for each question: wrong is a failure, undecided is skipped.
func (g Grade) junit(out io.Writer) error {
	type message struct {
		Message string `xml:"message,attr"`
	}
	type testcase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Failure *message `xml:"failure,omitempty"`
		Skipped *message `xml:"skipped,omitempty"`
	}
	suite := struct {
		XMLName  xml.Name   `xml:"testsuite"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Skipped  int        `xml:"skipped,attr"`
		Cases    []testcase `xml:"testcase"`
	}{Name: "exercise " + g.Exercise.ID(), Tests: len(g.Items), Skipped: g.count(NoVerdict)}
	suite.Failures = len(g.Items) - g.count(Right) - suite.Skipped
	for _, i := range g.Items {
		c := testcase{Class: g.Exercise.ID(), Name: i.Question.ID}
		switch i.State {
		case Right:
		case NoVerdict:
			c.Skipped = &message{i.Why}
		default:
			c.Failure = &message{fmt.Sprintf("%s: answered %q, measured %s. %s", i.State, i.Answer, i.Measured, i.Why)}
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
func (g Grade) gradescope() any {
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
	}{Output: strings.TrimSpace(g.Sum() + " " + g.Note)}
	if g.Gradable() {
		r.Score = 100 * g.Score()
	}
	for _, i := range g.Items {
		t := test{Name: i.Question.ID, Score: float64(i.Points), Output: fmt.Sprintf("%s: answered %q, measured %s. %s", i.State, i.Answer, i.Measured, i.Why)}
		if i.Decides {
			t.Max, t.Status = float64(i.Question.Points), "failed"
			if i.State == Right {
				t.Status = "passed"
			}
		}
		r.Tests = append(r.Tests, t)
	}
	return r
}
