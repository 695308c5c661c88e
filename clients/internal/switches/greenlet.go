package switches

import (
	"iter"
	"runtime"
)

// greenlet switches as the model's does (services/greenlet): by name, between a
// parent and a child, from any depth.
type greenlet struct {
	parent *greenlet
	enter  func() (struct{}, bool)
	leave  func(struct{}) bool
	stop   func()
}

// current is the greenlet that runs: at first the one that stands for the thread's own stack.
var current = new(greenlet)

func spawn(run func()) *greenlet {
	g := &greenlet{parent: current}
	g.enter, g.stop = iter.Pull(func(yield func(struct{}) bool) {
		g.leave = yield
		run()
	})
	return g
}

// Switch goes on with g; it reports false when that has ended, or to one that was stopped.
func (g *greenlet) Switch() (alive bool) {
	from := current
	if g == from.parent {
		return from.leave(struct{}{})
	}
	current = g
	defer func() { current = g.parent }()
	_, alive = g.enter()
	return alive
}

// depth is how many calls lie between a greenlet's first function and its switches.
const depth = 8

//go:noinline
func nested(deeper int, run func()) {
	if deeper == 0 {
		run()
		return
	}
	nested(deeper-1, run)
}

func greenlets(m meter) (cost Cost, err error) {
	runtime.LockOSThread()
	first := spawn(func() {
		nested(depth, func() { cost, err = withChild(m) })
	})
	defer first.stop()
	first.Switch()
	return cost, err
}

// withChild switches between the greenlet that calls it and a child of that.
func withChild(m meter) (Cost, error) {
	parent := current
	child := spawn(func() {
		nested(depth, func() {
			for parent.Switch() {
			}
		})
	})
	defer child.stop()
	return m.time(func(n int) error {
		for range n {
			child.Switch()
		}
		return nil
	})
}
