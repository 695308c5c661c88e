// Package finding has exercises in which a fault is to be found: a small server that compiles, works when it is tried by hand,
// and breaks the wire contract in one way. Whoever takes one names a conformance case that fails, the line that is the cause,
// and mends it. What decides is the conformance suite that the lab's own services are put to.
package finding

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Exercise is one server with one fault.
type Exercise struct {
	Number  int
	Name    string   // such as "short-write"
	Title   string   // one line
	Symptom string   // what people complain of, in whole sentences
	Cases   []string // the conformance cases that fail because of it; the first one on every machine
	Why     string   // what the fault is, for whoever has found it
	Hints   [Hints]string
}

// Hints is how many each exercise has, from a nudge to nearly the answer.
const Hints = 3

// ID is the name of its folder: "31-short-write".
func (e Exercise) ID() string { return fmt.Sprintf("%d-%s", e.Number, e.Name) }

// List returns all exercises, by their numbers.
func List() []Exercise { return slices.Clone(all) }

// Find returns the exercise of that number, name or ID.
func Find(name string) (Exercise, error) {
	n, err := strconv.Atoi(name)
	var known []string
	for _, e := range all {
		if e.Name == name || e.ID() == name || err == nil && e.Number == n {
			return e, nil
		}
		known = append(known, e.ID())
	}
	return Exercise{}, fmt.Errorf("no exercise %q: choose from %s", name, strings.Join(known, ", "))
}
