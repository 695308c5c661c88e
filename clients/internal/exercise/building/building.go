// Package building holds the exercises in which a student writes the heart of a server: a loop, a queue, a scheduler. What is around it
// is finished and laid by Start, drawn from a seed; Grade builds what the student wrote into a fresh copy of that, starts the server, one
// process for each case, and asks from outside whether it keeps what the exercise's text says.
//
// What a student hands in is one file (Folder.File). All others are laid anew for grading, so an edit of them changes nothing.
package building

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed skeletons texts
var files embed.FS

// Lang is a language that a server can be written in.
type Lang string

// The languages.
const (
	Go     Lang = "go"
	C      Lang = "c"
	Python Lang = "python"
)

// main is the file that the student writes.
func (l Lang) main() string {
	switch l {
	case C:
		return "main.c"
	case Python:
		return "main.py"
	}
	return "main.go"
}

// Exercise is one thing to build.
type Exercise struct {
	Number int
	Name   string // epoll-loop
	Title  string
	Langs  []Lang // the first one unless something else is asked for
	Model  string // the lab's own model of the same kind: what its threads wait in is expected here, and its cost is the measure
	Learnt string // what whoever has come to the end knows now
	common string // the folder of files that exercises of its kind share; empty: none
	pooled bool   // it serves as many clients at a time as it has threads
	bits   bool   // it may not watch descriptors from 1,024 on
}

// list holds the exercises by their numbers.
var list = []Exercise{
	{
		Number: 21, Name: "select-loop", Title: "A loop over select", Langs: []Lang{Go, C, Python}, Model: "select", common: "loop", bits: true,
		Learnt: "A readiness loop asks about everybody at each turn, keeps for each client what could not be sent yet, and must know itself where its sets end.",
	},
	{
		Number: 22, Name: "poll-loop", Title: "A loop over poll", Langs: []Lang{Go}, Model: "poll", common: "loop",
		Learnt: "An array of entries has no highest descriptor; what it costs is its length, and who leaves it leaves a gap that somebody must fill.",
	},
	{
		Number: 23, Name: "epoll-loop", Title: "A loop over epoll", Langs: []Lang{Go, C, Python}, Model: "epoll", common: "loop",
		Learnt: "The kernel keeps the set, and is told only of what changes: who waits for room is asked about room, and nobody else, or the loop never rests.",
	},
	{
		Number: 24, Name: "bounded-queue", Title: "A pool and its bounded queue", Langs: []Lang{Go}, Model: "threadpool", pooled: true,
		Learnt: "A pool bounds threads, a queue bounds who waits for them, and somebody must be told no: at once is kinder than later.",
	},
	{
		Number: 25, Name: "scheduler", Title: "A scheduler of generators", Langs: []Lang{Go}, Model: "generator", common: "loop",
		Learnt: "A conversation that yields is a loop again, and the scheduler is the readiness loop it was written against: with a queue of its own for those who give up their turn.",
	},
}

// List returns the exercises by their numbers.
func List() []Exercise { return slices.Clone(list) }

// ID is number and name: 23-epoll-loop.
func (e Exercise) ID() string { return fmt.Sprintf("%02d-%s", e.Number, e.Name) }

// Find returns the exercise that is meant by a number (23), a name (epoll-loop) or both (23-epoll-loop).
func Find(which string) (Exercise, error) {
	var known []string
	for _, e := range list {
		if which == e.ID() || which == e.Name || which == fmt.Sprint(e.Number) {
			return e, nil
		}
		known = append(known, e.ID())
	}
	return Exercise{}, fmt.Errorf("no building exercise %q: choose from %s", which, strings.Join(known, ", "))
}

// Lang is the language of that name; an empty name means the exercise's first.
func (e Exercise) Lang(name string) (Lang, error) {
	if name == "" {
		return e.Langs[0], nil
	}
	if slices.Contains(e.Langs, Lang(name)) {
		return Lang(name), nil
	}
	return "", fmt.Errorf("exercise %d can't be built in %q: choose from %s", e.Number, name, join(e.Langs))
}

func join(langs []Lang) string {
	words := make([]string, len(langs))
	for i, l := range langs {
		words[i] = string(l)
	}
	return strings.Join(words, ", ")
}

// Points is the sum of its cases'.
func (e Exercise) Points() (n int) {
	for _, c := range e.Cases() {
		n += c.Points
	}
	return n
}
