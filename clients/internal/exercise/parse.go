package exercise

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"c10klab/docs/labs"
)

// parse reads one answer. However it is written, the same answer becomes the same value.
func parse(q labs.Question, value *yaml.Node) (Answer, error) {
	if q.Kind == labs.Order {
		order, err := orderOf(q, value)
		return Answer{Order: order}, err
	}
	if value.Kind != yaml.ScalarNode {
		return Answer{}, fmt.Errorf("want one answer (%s)", q.Form())
	}
	word := strings.ToLower(strings.TrimSpace(value.Value))
	switch q.Kind {
	case labs.Number:
		n, err := number(q, word)
		return Answer{Number: n}, err
	case labs.YesNo:
		switch word {
		case "yes", "y", "true":
			return Answer{Word: "yes"}, nil
		case "no", "n", "false":
			return Answer{Word: "no"}, nil
		}
	case labs.Choice:
		if slices.Contains(q.Words(), word) {
			return Answer{Word: word}, nil
		}
	}
	return Answer{}, fmt.Errorf("%q is no answer: want %s", value.Value, q.Form())
}

// orderOf reads a list, or words with commas between them.
func orderOf(q labs.Question, value *yaml.Node) ([]string, error) {
	var order []string
	switch value.Kind {
	case yaml.ScalarNode:
		order = strings.Split(value.Value, ",")
	case yaml.SequenceNode:
		for _, n := range value.Content {
			if n.Kind != yaml.ScalarNode {
				return nil, errors.New("want a plain list of words")
			}
			order = append(order, n.Value)
		}
	default:
		return nil, fmt.Errorf("want a list (%s)", q.Form())
	}
	for i, word := range order {
		order[i] = strings.ToLower(strings.TrimSpace(word))
		if !slices.Contains(q.Words(), order[i]) {
			return nil, fmt.Errorf("%q is none of them: want %s", word, q.Form())
		}
		if slices.Contains(order[:i], order[i]) {
			return nil, fmt.Errorf("%s stands there twice: want %s", order[i], q.Form())
		}
	}
	if len(order) < len(q.Choices) {
		return nil, fmt.Errorf("%d of %d are there: want %s", len(order), len(q.Choices), q.Form())
	}
	return order, nil
}

// biggest is the largest number that is an answer.
const biggest = 1e15

var thousands = regexp.MustCompile(`^\d{1,3}(,\d{3})+(\.\d+)?$`)

func number(q labs.Question, word string) (float64, error) {
	if thousands.MatchString(word) {
		word = strings.ReplaceAll(word, ",", "")
	}
	n, err := strconv.ParseFloat(word, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange), math.IsNaN(n):
		return 0, fmt.Errorf("%q is no number: want %s, without the unit", word, q.Form())
	case n < 0 || n > biggest:
		return 0, fmt.Errorf("%s is out of range: want 0 to %g", word, biggest)
	}
	return n + 0, nil
}
