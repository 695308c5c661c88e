package main

import (
	"fmt"
	"slices"
)

// figure is one number and the bar that it is held to.
type figure struct {
	what   string
	bar    float64
	atMost bool // the bar is an upper one
	unit   string
	steady bool // other programs on the machine don't change it
}

const layout = "%-58s %7s   %-16s %-16s %s"

var header = fmt.Sprintf(layout, "", "median", "interval", "bar", "")

// reached says whether the interval from lowest to highest reaches the bar.
func (f figure) reached(values []float64) bool {
	if f.atMost {
		return slices.Min(values) <= f.bar
	}
	return slices.Max(values) >= f.bar
}

func (f figure) line(values []float64) string {
	verdict := "reached"
	if !f.reached(values) {
		verdict = "NOT reached"
	}
	return fmt.Sprintf(layout, f.what, number(median(values)),
		number(slices.Min(values))+" .. "+number(slices.Max(values)), f.barText(), verdict)
}

func (f figure) missing(err error) string {
	return fmt.Sprintf(layout, f.what, "-", "-", f.barText(), "not measured: "+err.Error())
}

func (f figure) barText() string {
	if f.atMost {
		return "at most " + number(f.bar) + f.unit
	}
	return "at least " + number(f.bar) + f.unit
}

func number(v float64) string { return fmt.Sprintf("%.2f", v) }

func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

// tally counts the verdicts; busy is how many of them were made on a busy machine.
type tally struct{ reached, below, missing, busy int }

func (t *tally) add(reached, busy bool) {
	if reached {
		t.reached++
	} else {
		t.below++
	}
	if busy {
		t.busy++
	}
}

func (t tally) String() string {
	out := fmt.Sprintf("%d figures reached their bars, %d did not, %d were not measured", t.reached, t.below, t.missing)
	if t.busy > 0 {
		out += fmt.Sprintf("; %d decide nothing, since other programs took CPU meanwhile", t.busy)
	}
	return out
}
