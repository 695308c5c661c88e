package main

import (
	"errors"
	"iter"
)

// What Switch returns besides nil and the error of a greenlet that has come to its end.
var (
	ErrExit = errors.New("this greenlet was killed: come to an end") // in Python an exception, GreenletExit
	ErrDead = errors.New("a dead greenlet can't be switched to")
	ErrFar  = errors.New("neither the parent nor a child of the greenlet that runs")
)

// Greenlet is a function on a stack of its own, which can be left at any depth of
// calls and gone on with later. All greenlets are of one thread.
//
// They are made of iter.Pull, whose coroutines return to where they were resumed
// from. So a switch leads from a parent to a child of its, or from that to its
// parent; Python's lead anywhere. A hub and those that it serves need no more.
type Greenlet struct {
	parent *Greenlet
	enter  func() (struct{}, bool) // from the parent into this one
	leave  func(struct{}) bool     // from this one into the parent; false: it was killed
	stop   func()
	err    error // what its function has returned
	dead   bool
}

// current is the greenlet that runs: at first the one that stands for the thread's own stack.
var current = new(Greenlet)

// Current returns the greenlet that runs.
func Current() *Greenlet { return current }

// New returns a greenlet that will call run when it is switched to for the first
// time. When run has returned, the parent goes on, and its Switch returns run's error.
func New(parent *Greenlet, run func() error) *Greenlet {
	g := &Greenlet{parent: parent}
	g.enter, g.stop = iter.Pull(func(yield func(struct{}) bool) {
		g.leave = yield
		g.err = run()
	})
	return g
}

// Dead reports whether the greenlet has come to its end.
func (g *Greenlet) Dead() bool { return g.dead }

// Switch leaves the greenlet that calls it, and goes on with g where that left off.
// It returns when its caller is switched back to; if g's end did that, with g's error.
// A panic in g goes on in its parent.
func (g *Greenlet) Switch() error {
	switch from := current; {
	case g == from:
		return nil
	case g == from.parent:
		if !from.leave(struct{}{}) {
			return ErrExit
		}
		return nil
	case g.dead:
		return ErrDead
	case g.parent == from:
		return g.descend()
	}
	return ErrFar
}

// descend goes on with a child until that switches back, ends or panics.
func (g *Greenlet) descend() error {
	alive := false
	current = g
	defer func() { current, g.dead = g.parent, !alive }()
	if _, alive = g.enter(); alive {
		return nil
	}
	return g.err
}

// Kill ends a child where it is: there Switch returns ErrExit, at once from now on,
// and the child has nothing left but to return. One that has not begun never will.
// A greenlet that is only forgotten keeps its stack for ever.
func (g *Greenlet) Kill() error {
	if g.dead {
		return nil
	}
	if g.parent != current {
		return ErrFar
	}
	current = g
	defer func() { current, g.dead = g.parent, true }()
	g.stop()
	return nil
}
