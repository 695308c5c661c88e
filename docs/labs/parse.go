package labs

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The fixed form. A question is a numbered item that begins with its name and, in brackets, its points and its kind:
//
//  1. **waits-in** (2 points, one of these) Where does the thread wait?
//     - `read`: for its client
//     - `accept`: for the next one
//
// Kinds: "yes or no", "one of these", "in order", and a unit with its tolerance: "ratio, within a factor of 2".
var (
	fileName = regexp.MustCompile(`^(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)\.md$`)
	titled   = regexp.MustCompile(`^# (\d+)\. (.+)$`)
	item     = regexp.MustCompile(`^(\d+)\. `)
	question = regexp.MustCompile(`^(\d+)\. \*\*([a-z][a-z0-9-]*)\*\* \((\d+) points?, ([^)]+)\) (.+)$`)
	choice   = regexp.MustCompile("^   - `([a-z0-9][a-z0-9._+-]*)`(?:: (.+))?$")
	number   = regexp.MustCompile(`^([^,]+), within a factor of (\d+(?:\.\d+)?)$`)
)

// Parse reads one sheet.
func Parse(file, text string) (Sheet, error) {
	s := Sheet{File: file, Text: text}
	name := fileName.FindStringSubmatch(file)
	if name == nil {
		return s, fmt.Errorf("%s: want a name such as 02-one-at-a-time.md", file)
	}
	s.Number, _ = strconv.Atoi(name[1])
	s.Name = name[2]
	p := parser{sheet: &s}
	for i, line := range strings.Split(text, "\n") {
		if err := p.line(line); err != nil {
			return s, fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	for i := range s.Parts {
		s.Parts[i].Text = strings.Trim(s.Parts[i].Text, "\n")
	}
	return s, p.whole()
}

type parser struct {
	sheet *Sheet
	code  bool // within a block of code, where nothing is a heading
}

func (p *parser) line(line string) error {
	s := p.sheet
	if strings.HasPrefix(line, "```") {
		p.code = !p.code
	}
	switch heading, is := strings.CutPrefix(line, "## "); {
	case p.code:
	case s.Title == "":
		found := titled.FindStringSubmatch(line)
		if found == nil || found[1] != strconv.Itoa(s.Number) {
			return fmt.Errorf("want the title first: # %d. TITLE", s.Number)
		}
		s.Title = found[2]
		return nil
	case is:
		s.Parts = append(s.Parts, Part{Heading: heading})
		return nil
	}
	if len(s.Parts) == 0 {
		return nil // before the first heading
	}
	last := &s.Parts[len(s.Parts)-1]
	last.Text += line + "\n"
	if last.Heading == "Predict" && !p.code {
		return p.predict(line)
	}
	return nil
}

// predict reads a line of the questions.
func (p *parser) predict(line string) error {
	s := p.sheet
	switch found := question.FindStringSubmatch(line); {
	case found != nil:
		return p.begin(found)
	case item.MatchString(line):
		return fmt.Errorf("want a question as N. **name** (2 points, KIND) TEXT, with a KIND of yes or no; one of these; in order; UNIT, within a factor of X")
	case len(s.Questions) == 0 || !strings.HasPrefix(line, "   "):
		return nil // prose between questions
	}
	q := &s.Questions[len(s.Questions)-1]
	switch found := choice.FindStringSubmatch(line); {
	case found != nil:
		q.Choices = append(q.Choices, Option{Word: found[1], About: found[2]})
	case strings.HasPrefix(line, "   - "):
		return fmt.Errorf("want a choice as - `word`: what it means")
	case len(q.Choices) > 0:
		c := &q.Choices[len(q.Choices)-1]
		c.About += " " + strings.TrimSpace(line)
	default:
		q.Text += " " + strings.TrimSpace(line)
	}
	return nil
}

// reserved are keys of answers.yaml that are no question's.
var reserved = []string{"exercise", "who"}

func (p *parser) begin(found []string) error {
	s := p.sheet
	q := Question{ID: found[2], Text: found[5]}
	q.Points, _ = strconv.Atoi(found[3])
	switch kind := Kind(found[4]); {
	case found[1] != strconv.Itoa(len(s.Questions)+1):
		return fmt.Errorf("question %s: the next number is %d", found[1], len(s.Questions)+1)
	case slices.Contains(reserved, q.ID) || slices.ContainsFunc(s.Questions, func(o Question) bool { return o.ID == q.ID }):
		return fmt.Errorf("question %s: the name %q is taken", found[1], q.ID)
	case q.Points < 1:
		return fmt.Errorf("question %s: want a point at least", found[1])
	case kind == YesNo, kind == Choice, kind == Order:
		q.Kind = kind
	default:
		unit := number.FindStringSubmatch(found[4])
		if unit == nil {
			return fmt.Errorf("question %s: %q is no kind: choose from yes or no; one of these; in order; UNIT, within a factor of X", found[1], found[4])
		}
		q.Kind, q.Unit = Number, unit[1]
		if q.Tolerance, _ = strconv.ParseFloat(unit[2], 64); q.Tolerance < 1 {
			return fmt.Errorf("question %s: a factor is 1 or more", found[1])
		}
	}
	s.Questions = append(s.Questions, q)
	return nil
}

// whole says what the sheet lacks.
func (p *parser) whole() error {
	s := p.sheet
	var have []string
	for _, part := range s.Parts {
		have = append(have, part.Heading)
		if strings.TrimSpace(part.Text) == "" {
			return fmt.Errorf("%s: nothing stands under %q", s.File, part.Heading)
		}
	}
	if !slices.Equal(have, Headings) {
		return fmt.Errorf("%s: its headings are %q, want %q", s.File, have, Headings)
	}
	const least, most = 4, 8
	if n := len(s.Questions); n < least || n > most {
		return fmt.Errorf("%s: %d questions, want %d to %d", s.File, n, least, most)
	}
	for _, q := range s.Questions {
		words := slices.Sorted(slices.Values(q.Words()))
		chosen := q.Kind == Choice || q.Kind == Order
		switch {
		case chosen && len(words) < 2, !chosen && len(words) > 0:
			return fmt.Errorf("%s: question %s: %s, with %d choices", s.File, q.ID, q.Kind, len(words))
		case len(slices.Compact(words)) < len(q.Choices):
			return fmt.Errorf("%s: question %s: a choice stands there twice", s.File, q.ID)
		}
	}
	return nil
}
