// Package compare holds two runs against each other: what changed from A to B, and whether that is more than noise.
//
// A figure is a median over rounds of ratios to the reference in the same trials, so that a machine which is faster
// one day than another cancels. The change is B's median over A's. Its interval is the widest that the two runs' own
// intervals allow: from B's low end over A's high end to B's high end over A's low end. Both hold their median with at
// least 95 % (six rounds: 97 %), so this one holds the change with at least 90 % (six rounds: 94 %), whatever the rounds'
// distribution. With six rounds each it excludes "no change" only where all of B's lie on one side of all of
// A's, which for equal runs is so in 2 of 924 cases. A run's noise floor says how far two equal processes
// seem to be apart; the two floors, of independent runs, add up as the root of the sum of their squares. There is a
// change only where the interval excludes 1 and the larger of the two medians exceeds the other by more than
// that. (What two builds of one program, or two boots of one machine, differ by is in neither run: compare a run
// with another of the same revision to see it.) Swapping A and B turns every ratio upside down, and changes no verdict but better into worse.
package compare

import (
	"fmt"
	"math"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// Verdict is what became of a figure from A to B.
type Verdict string

// The verdicts.
const (
	Within        Verdict = "within noise"
	Better        Verdict = "better"
	Worse         Verdict = "worse"
	Untold        Verdict = "can't tell"     // too few rounds, or a run that doesn't know its noise: Why says which
	NotComparable Verdict = "not comparable" // a figure is missing, or was measured otherwise: Why says so
	NotJudged     Verdict = "not judged"     // of a yardstick: it is shown, and has no noise floor to be judged by
)

// Line is one figure of one model in both runs.
type Line struct {
	Model   string
	Of      string // the model whose mechanism the yardstick Model has; empty: it is a model
	Metric  Metric
	A, B    stats.Estimate // no rounds: there is none
	Change  stats.Estimate // B / A; no rounds: not comparable
	Noise   float64        // the least change that is one: 0.05 is 5 %; NaN: not known
	Verdict Verdict
	Why     string // there is no verdict; empty if there is one
}

// Comparison is what two runs say of each other.
type Comparison struct {
	A, B        result.Run
	Void        []string     // why a run decides nothing, with its name; none: no reason is known
	Lines       []Line       // by metric, then by model, yardsticks last
	Differences []Difference // of the runs' conditions
	Shared      []string     // what most models' figures have done alike, in sentences
}

// Of compares two runs.
func Of(a, b result.Run) Comparison {
	c := Comparison{A: a, B: b, Differences: differences(a.Manifest, b.Manifest)}
	sides := [2]side{newSide("A", a), newSide("B", b)}
	for _, s := range sides {
		if why := s.Planted.Void(); why != "" {
			c.Void = append(c.Void, s.name+" is "+why)
		}
	}
	inC := [2]side{sides[0].inC(), sides[1].inC()}
	for _, m := range Metrics {
		for _, model := range c.Models() {
			if line, ok := m.line(model, sides); ok {
				c.Lines = append(c.Lines, line)
			}
		}
		c.share(m)
		for _, y := range c.Yardsticks() {
			if line, ok := m.line(y.Model, inC); ok {
				line.Of = y.Yardstick
				c.Lines = append(c.Lines, line)
			}
		}
	}
	return c
}

// Of returns the lines of a metric.
func (c Comparison) Of(m Metric) (lines []Line) {
	for _, l := range c.Lines {
		if l.Metric.ID == m.ID {
			lines = append(lines, l)
		}
	}
	return lines
}

// Count is how many figures have that verdict.
func (c Comparison) Count(v Verdict) (n int) {
	for _, l := range c.Lines {
		if l.Verdict == v {
			n++
		}
	}
	return n
}

// line compares a figure; ok is false where neither run has tried to measure it.
func (m Metric) line(model string, sides [2]side) (l Line, ok bool) {
	if m.relative() && model == reference {
		return l, false
	}
	a, b := m.figure(sides[0], model), m.figure(sides[1], model)
	if !a.tried && !b.tried {
		return l, false
	}
	l = Line{Model: model, Metric: m, A: a.Estimate, B: b.Estimate, Noise: math.NaN(), Verdict: NotComparable}
	if l.Why = missing(sides, a, b); l.Why != "" {
		return l, true
	}
	if l.Why = m.accounting(model, sides); l.Why != "" {
		return l, true
	}
	l.Noise = math.Hypot(m.noise(sides[0]), m.noise(sides[1]))
	l.judge(sides)
	if sides[0].yardsticks && l.Change.Rounds > 0 { // the floor is of so many contenders, which it is none of
		l.Noise, l.Verdict, l.Why = math.NaN(), NotJudged, ""
	}
	return l, true
}

// missing says which side has no figure, and why.
func missing(sides [2]side, a, b figure) (why string) {
	switch {
	case a.missing != "" && a.missing == b.missing:
		return a.missing + ", in both"
	case a.missing != "" && b.missing != "":
		return fmt.Sprintf("%s: %s; %s: %s", sides[0].name, a.missing, sides[1].name, b.missing)
	case a.missing != "":
		return sides[0].name + ": " + a.missing
	case b.missing != "":
		return sides[1].name + ": " + b.missing
	}
	return ""
}
