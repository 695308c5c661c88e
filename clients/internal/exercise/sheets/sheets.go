// Package sheets says of each exercise which part of a plan it runs, and how a run decides its questions: a file for each
// sheet of docs/labs, of the same number and name.
package sheets

import (
	"cmp"
	"slices"

	"c10klab/clients/internal/exercise"
	"c10klab/docs/labs"
)

// all are the exercises by their numbers; each file adds its own.
var all = map[int]exercise.Exercise{}

// add is called by each file's init, so that a new exercise touches no other's file.
func add(number int, e exercise.Exercise) {
	if _, twice := all[number]; twice {
		panic("two files of this package have one exercise's number")
	}
	e.Number = number
	all[number] = e
}

// All returns the exercises with their sheets, by their numbers. A sheet without a file here, or the other way round, is a mistake
// that a test finds; it is left out here.
func All() ([]exercise.Exercise, error) {
	sheets, err := labs.Sheets()
	if err != nil {
		return nil, err
	}
	var out []exercise.Exercise
	for _, s := range sheets {
		if e, ok := all[s.Number]; ok {
			e.Sheet = s
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b exercise.Exercise) int { return cmp.Compare(a.Number, b.Number) })
	return out, nil
}

// Find returns the exercise that is meant by a number, a name or both.
func Find(which string) (exercise.Exercise, error) {
	s, err := labs.Find(which)
	if err != nil {
		return exercise.Exercise{}, err
	}
	e := all[s.Number]
	e.Sheet = s
	return e, nil
}

// Next is the exercise that comes after one; ok is false after the last.
func Next(number int) (next exercise.Exercise, ok bool) {
	list, err := All()
	if err != nil {
		return next, false
	}
	for _, e := range list {
		if e.Number > number {
			return e, true
		}
	}
	return next, false
}
