// Package demo shows small things at work, for a lecture: what is printed is
// what has happened.
package demo

import "io"

// demos are told in this order.
var demos = []struct {
	name string
	show func(io.Writer) error
}{
	{"turns", Turns},
}

// Names returns the demos' names.
func Names() (out []string) {
	for _, d := range demos {
		out = append(out, d.name)
	}
	return out
}

// Find returns the demo of that name; ok is false if there is none.
func Find(name string) (show func(io.Writer) error, ok bool) {
	for _, d := range demos {
		if d.name == name {
			return d.show, true
		}
	}
	return nil, false
}
