package demo

import "iter"

// generators are two functions that yield, and the loop that resumes them by turns.
func generators(say func(string)) {
	talk := func(name string) iter.Seq[string] {
		return func(yield func(string) bool) {
			for yield(name) {
			}
		}
	}
	a, stopA := iter.Pull(talk("A"))
	defer stopA()
	b, stopB := iter.Pull(talk("B"))
	defer stopB()
	for range 2 {
		for _, next := range []func() (string, bool){a, b} {
			name, _ := next()
			say(name)
		}
	}
}

// greenlets are two functions, each of which names the other one as the next to go on.
func greenlets(say func(string)) {
	var a, b *greenlet
	speak := func(me, other *greenlet, name string) { // a call deeper, and it switches there
		say(name)
		me.switchTo(other)
	}
	a = spawn(func() {
		for range 2 {
			speak(a, b, "A")
		}
	})
	b = spawn(func() {
		for range 2 {
			speak(b, a, "B")
		}
	})
	run(a)
	a.stop()
	b.stop()
}

// greenlet is a function on a stack of its own. A coroutine of iter.Pull returns to where it
// was resumed from; so a switch to another one goes by way of run, which only does what it is told.
type greenlet struct {
	leave func(*greenlet) bool
	enter func() (*greenlet, bool)
	stop  func()
}

func spawn(do func()) *greenlet {
	g := &greenlet{}
	g.enter, g.stop = iter.Pull(func(yield func(*greenlet) bool) {
		g.leave = yield
		do()
	})
	return g
}

func (g *greenlet) switchTo(next *greenlet) { g.leave(next) }

// run begins with a greenlet and ends when one of them has come to its end.
func run(g *greenlet) {
	for alive := true; alive; {
		g, alive = g.enter()
	}
}
