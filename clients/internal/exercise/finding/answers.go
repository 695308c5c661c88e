package finding

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"c10klab/clients/internal/conformance"
)

// Answers are what a student has found.
type Answers struct {
	Who  string
	Case string // a conformance case; "": unanswered
	Line int    // of the source as it was; 0: unanswered
}

// largest is the file of answers that is read, in bytes.
const largest = 64 << 10

// longest is a name, in bytes.
const longest = 200

// ReadAnswers reads the answers in a folder. What is wrong with the file is an error with its line; what is unanswered is none:
// see Complete.
func (e Exercise) ReadAnswers(dir string) (Answers, error) {
	path := filepath.Join(dir, AnswersFile)
	f, err := os.Open(path)
	if err != nil {
		return Answers{}, fmt.Errorf("no answers can be read: %w", err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, largest+1))
	switch {
	case err != nil:
		return Answers{}, fmt.Errorf("no answers can be read: %w", err)
	case len(content) > largest:
		return Answers{}, fmt.Errorf("%s: larger than %d KiB, which is no file of answers", path, largest>>10)
	}
	a, err := e.parse(content)
	if err != nil {
		return Answers{}, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// Complete says what is unanswered, in one line.
func (a Answers) Complete() error {
	var left []string
	for name, missing := range map[string]bool{"who": a.Who == "", "case": a.Case == "", "line": a.Line == 0} {
		if missing {
			left = append(left, name)
		}
	}
	if len(left) == 0 {
		return nil
	}
	slices.Sort(left)
	return fmt.Errorf("unanswered: %s", strings.Join(left, ", "))
}

// parse reads the text of a file of answers.
func (e Exercise) parse(content []byte) (a Answers, err error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(content, &doc); err != nil {
		return a, errors.New(strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", " "))
	}
	if len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null" {
		return a, nil // nothing but comments
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return a, fmt.Errorf("line %d: want lines such as NAME: ANSWER", root.Line)
	}
	seen := map[string]bool{}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		err := e.set(&a, key.Value, value)
		if seen[key.Value] {
			err = fmt.Errorf("%s stands there twice", key.Value)
		}
		if err != nil {
			return Answers{}, fmt.Errorf("line %d: %w", key.Line, err)
		}
		seen[key.Value] = true
	}
	if !seen["exercise"] {
		return Answers{}, fmt.Errorf("these are answers of no exercise: want exercise: %d", e.Number)
	}
	return a, nil
}

// set takes one key of the file.
func (e Exercise) set(a *Answers, key string, value *yaml.Node) error {
	if value.Kind != yaml.ScalarNode || value.Anchor != "" {
		return fmt.Errorf("%s: want one answer", key)
	}
	word := strings.TrimSpace(value.Value)
	if value.ShortTag() == "!!null" {
		word = ""
	}
	switch key {
	case "exercise":
		if n, err := strconv.Atoi(word); err != nil || n != e.Number {
			return fmt.Errorf("exercise: %q: these answers are of another exercise than %d", word, e.Number)
		}
	case "who":
		if len(word) > longest || strings.ContainsFunc(word, unicode.IsControl) {
			return fmt.Errorf("who: want a name in one line, of at most %d bytes", longest)
		}
		a.Who = word
	case "case":
		return a.setCase(word)
	case "line":
		return a.setLine(word, strings.Count(e.variant().source, "\n"))
	default:
		return fmt.Errorf("%s is no question of this exercise", key)
	}
	return nil
}

// setCase takes the name of a case, with the application or without.
func (a *Answers) setCase(word string) error {
	if word == "" {
		return nil
	}
	if !strings.Contains(word, "/") {
		word = "echo/" + word
	}
	if !slices.ContainsFunc(conformance.Cases(), func(c conformance.Case) bool { return c.Name == word }) {
		return fmt.Errorf("case: %q is no conformance case: lab verify names them", word)
	}
	a.Case = word
	return nil
}

func (a *Answers) setLine(word string, lines int) error {
	if word == "" {
		return nil
	}
	n, err := strconv.Atoi(word)
	if err != nil {
		return fmt.Errorf("line: %q is no number", word)
	}
	if n < 1 || n > lines {
		return fmt.Errorf("line: %d is out of range: %s had %d lines", n, Source, lines)
	}
	a.Line = n
	return nil
}
