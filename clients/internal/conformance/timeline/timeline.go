// Package timeline draws a failed case: a row for each connection, time from left to right, and who waited for the server.
package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"c10klab/clients/internal/conformance"
)

// Sizes in pixels. The picture is as wide as a page's column; each connection adds a row.
const (
	width  = 760
	left   = 84 // where time begins
	right  = width - 16
	top    = 66 // the first row's upper edge
	row    = 46
	footer = 62
	letter = 6 // the width of a small letter, roughly
)

// mostRows is how many connections are drawn: those that tell most.
const mostRows = 16

// SVG draws what happened in a failed case, put to the server of that name. It is a whole document that is readable in light
// and dark; a screen reader gets its title and a description in words. A result without a recording gives "".
func SVG(server string, r conformance.Result) string {
	if r.Recording == nil {
		return ""
	}
	rows, hidden := rowsOf(r)
	d := drawing{scale: scaleOf(rows, r.Recording.Took), height: top + row*max(len(rows), 1) + footer}
	d.head(server, r, rows, hidden)
	for i, c := range rows {
		d.row(i, c)
	}
	d.beside(r)
	d.foot(r)
	return d.String()
}

// connection is one row.
type connection struct {
	client int
	events []conformance.Event
}

// rowsOf returns the connections that are drawn, in the order in which they came, and how many are not: the one that failed is
// always drawn, then the first half and the last half.
func rowsOf(r conformance.Result) (rows []connection, hidden int) {
	by := map[int]*connection{}
	for _, e := range r.Recording.Events {
		if e.Client == 0 {
			continue
		}
		if by[e.Client] == nil {
			by[e.Client] = &connection{client: e.Client}
		}
		by[e.Client].events = append(by[e.Client].events, e)
	}
	for _, c := range by {
		rows = append(rows, *c)
	}
	slices.SortFunc(rows, func(a, b connection) int { return cmp.Compare(a.client, b.client) })
	hidden = len(rows) - mostRows
	if hidden <= 0 {
		return rows, 0
	}
	failed := 0
	if r.Failure != nil {
		failed = r.Failure.Client
	}
	middle := rows[mostRows/2 : len(rows)-mostRows/2]
	kept := slices.Clone(rows[:mostRows/2])
	if i := slices.IndexFunc(middle, func(c connection) bool { return c.client == failed }); i >= 0 {
		kept = append(kept, middle[i])
		hidden--
	}
	return append(kept, rows[len(rows)-mostRows/2:]...), hidden
}

// words are the event's, short: of many bytes only how many there are.
func words(e conformance.Event) string {
	if e.Bytes <= len(e.Text) {
		return e.Words()
	}
	return strings.Replace(e.Words(), e.Quoted(), fmt.Sprintf("%d bytes", e.Bytes), 1)
}

// summary says in words what the picture shows, for those who can't see it.
func summary(r conformance.Result, rows []connection) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s. Connections against time, %d of them.", cut(r.Reason, 300), len(rows))
	for _, c := range rows {
		last := c.events[len(c.events)-1]
		fmt.Fprintf(&b, " Client %d: %s at %.3f s.", c.client, words(last), last.Until.Seconds())
	}
	return b.String()
}
