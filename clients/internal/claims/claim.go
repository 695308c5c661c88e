// Package claims holds what people say about the ways to serve many clients, made so that a run's results
// decide it: who says so and with which figure, what is measured, a threshold that stands before
// anything is, and a verdict.
package claims

import "slices"

// Claim is one thing that people say.
type Claim struct {
	ID     string
	Says   string // the claim, in a sentence
	Source string // who says so, and where
	Figure string // the source's own; empty if it gives none
	Scope  Scope
	Tests  []Test // each must hold for the claim to hold
}

// Scope is what a verdict speaks of.
type Scope string

// InGo: the verdict is of these programs, whose language has a share in it.
const InGo Scope = "in Go"

// Test is one figure of a claim, and what it must reach.
type Test struct {
	What  string // is measured, with its unit
	Needs []Need // the cells that it is made of
	Bar   Bar
	of    func(Evidence) Figure
}

// Need is the cells of one experiment and some models.
type Need struct {
	Experiment string
	Models     []string
}

// All returns the claims in the order in which they are told.
func All() []Claim { return slices.Clone(all) }

// Find returns the claim of that name.
func Find(id string) (Claim, bool) {
	i := slices.IndexFunc(all, func(c Claim) bool { return c.ID == id })
	if i < 0 {
		return Claim{}, false
	}
	return all[i], true
}
