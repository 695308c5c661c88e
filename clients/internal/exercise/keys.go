package exercise

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"c10klab/docs/labs"
)

// mapping is the one document of the file: keys and values.
func mapping(text []byte) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	err := dec.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF):
		return &yaml.Node{}, nil // nothing but comments: nothing is answered
	case err != nil:
		return nil, errors.New(strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", " "))
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("line %d: a second document begins; want one", max(more.Line, 1))
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.ShortTag() == "!!null" {
		return &yaml.Node{}, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: want lines such as NAME: ANSWER", root.Line)
	}
	return root, nil
}

// set takes one key of the file.
func (a *Answers) set(s labs.Sheet, key string, value *yaml.Node) error {
	if value.Kind == yaml.AliasNode || value.Anchor != "" {
		return fmt.Errorf("%s: write the answer itself, without & and *", key)
	}
	switch key {
	case "exercise":
		n, err := strconv.Atoi(value.Value)
		if err != nil || n != s.Number {
			return fmt.Errorf("exercise: %q: these answers are of another exercise than %d", value.Value, s.Number)
		}
		a.Exercise = n
		return nil
	case "who":
		return a.name(value)
	}
	i := slices.IndexFunc(s.Questions, func(q labs.Question) bool { return q.ID == key })
	if i < 0 {
		return fmt.Errorf("%s is no question of this exercise", key)
	}
	if empty(value) {
		return nil
	}
	answer, err := parse(s.Questions[i], value)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	a.To[key] = answer
	return nil
}

// longest is a name, in bytes.
const longest = 200

func (a *Answers) name(value *yaml.Node) error {
	name := strings.TrimSpace(value.Value)
	if value.Kind != yaml.ScalarNode || len(name) > longest || strings.ContainsFunc(name, unicode.IsControl) {
		return fmt.Errorf("who: want a name in one line, of at most %d bytes", longest)
	}
	if value.ShortTag() != "!!null" {
		a.Who = name
	}
	return nil
}

// empty says whether a question is left unanswered.
func empty(value *yaml.Node) bool {
	switch value.Kind {
	case yaml.ScalarNode:
		return value.ShortTag() == "!!null" || strings.TrimSpace(value.Value) == ""
	case yaml.SequenceNode, yaml.MappingNode:
		return len(value.Content) == 0
	}
	return false
}
