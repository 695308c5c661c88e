package exercise

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"c10klab/docs/labs"
)

// AnswersFile is the file of predictions in an exercise's folder.
const AnswersFile = "answers.yaml"

// Answers are the predictions of one exercise, in one form whatever they were written like.
type Answers struct {
	Exercise int
	Who      string
	To       map[string]Answer // by question; unanswered ones are not there
	lines    map[string]int    // of each key
}

// Answer is one prediction.
type Answer struct {
	Word   string   // one of the choices; yes or no
	Number float64  // in the question's unit
	Order  []string // all of the choices
}

// largest is the file that is read, in bytes.
const largest = 64 << 10

// ReadAnswers reads the answers in a folder. Questions may be unanswered: see Complete. All else that is wrong is an error, a
// line for each, with the line of the file.
func ReadAnswers(dir string, s labs.Sheet) (Answers, error) {
	path := filepath.Join(dir, AnswersFile)
	f, err := os.Open(path)
	if err != nil {
		return Answers{}, fmt.Errorf("no answers can be read: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largest+1))
	switch {
	case err != nil:
		return Answers{}, fmt.Errorf("no answers can be read: %w", err)
	case len(text) > largest:
		return Answers{}, fmt.Errorf("%s: larger than %d KiB, which is no file of answers", path, largest>>10)
	}
	a, err := ParseAnswers(text, s)
	return a, located(err, path)
}

// located puts the file's name before each line of an error.
func located(err error, path string) error {
	if err == nil {
		return nil
	}
	var lines []error
	for line := range strings.SplitSeq(err.Error(), "\n") {
		lines = append(lines, fmt.Errorf("%s: %s", path, line))
	}
	return errors.Join(lines...)
}

// ParseAnswers reads the text of a file of answers.
func ParseAnswers(text []byte, s labs.Sheet) (Answers, error) {
	a := Answers{To: map[string]Answer{}, lines: map[string]int{}}
	root, err := mapping(text)
	if err != nil {
		return a, err
	}
	var wrong []error
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		_, again := a.lines[key.Value]
		a.lines[key.Value] = key.Line
		err := a.set(s, key.Value, value)
		if again {
			err = fmt.Errorf("%s stands there twice", key.Value)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("line %d: %w", max(key.Line, value.Line), err))
		}
	}
	if len(wrong) == 0 && a.Exercise != s.Number {
		wrong = append(wrong, fmt.Errorf("these are answers of no exercise: want exercise: %d", s.Number))
	}
	return a, errors.Join(wrong...)
}

// Complete says what is unanswered, in one line.
func (a Answers) Complete(s labs.Sheet) error {
	var left []string
	missing := func(name string) {
		if line := a.lines[name]; line > 0 {
			name += fmt.Sprintf(" (line %d)", line)
		}
		left = append(left, name)
	}
	if a.Who == "" {
		missing("who")
	}
	for _, q := range s.Questions {
		if _, answered := a.To[q.ID]; !answered {
			missing(q.ID)
		}
	}
	if len(left) == 0 {
		return nil
	}
	return fmt.Errorf("unanswered: %s", strings.Join(left, ", "))
}
