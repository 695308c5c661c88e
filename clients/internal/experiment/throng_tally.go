package experiment

import (
	"errors"
	"fmt"
	"io"
	stdslices "slices"
	"strings"

	"golang.org/x/sys/unix"
)

// tally is what became of a throng.
type tally struct {
	came     int
	answered int
	thrown   int // answered once, and not any more
	silent   int // connected, and not answered: the server has not accepted them, and may never
	outside  int // not even connected: the backlog is full, and their requests are dropped
	closed   int // closed by the server without an answer
	wrong    int
	errnos   map[unix.Errno]int // refused and reset ones
}

func (t *throng) tally() tally {
	y := tally{came: len(t.guests), errnos: map[unix.Errno]int{}}
	for i := range t.guests {
		g := &t.guests[i]
		var errno unix.Errno
		switch {
		case errors.Is(g.lost, errWrong):
			y.wrong++
		case g.let && !g.in():
			y.thrown++
		case g.answered > 0:
			y.answered++
		case errors.As(g.lost, &errno):
			y.errnos[errno]++
		case errors.Is(g.lost, io.EOF):
			y.closed++
		case g.connected > 0:
			y.silent++
		default:
			y.outside++
		}
	}
	return y
}

// errno is what most of those met who were turned away with one; empty: nobody was.
func (y tally) errno() string {
	most, name := 0, ""
	for _, e := range y.sorted() {
		if y.errnos[e] > most {
			most, name = y.errnos[e], unix.ErrnoName(e)
		}
	}
	return name
}

func (y tally) sorted() []unix.Errno {
	list := make([]unix.Errno, 0, len(y.errnos))
	for e := range y.errnos {
		list = append(list, e)
	}
	stdslices.Sort(list)
	return list
}

// String tells of those who are not in; empty: all are.
func (y tally) String() string {
	var parts []string
	say := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	for _, e := range y.sorted() {
		say(y.errnos[e], "met "+unix.ErrnoName(e))
	}
	say(y.closed, "closed without an answer")
	say(y.silent, "connected and not answered: the server has not accepted them")
	say(y.outside, "not connected: the backlog is full")
	say(y.thrown, "answered first and not any more")
	say(y.wrong, "answered wrongly")
	return strings.Join(parts, "; ")
}
