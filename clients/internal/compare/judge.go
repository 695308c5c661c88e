package compare

import (
	"fmt"
	"math"

	"c10klab/clients/internal/stats"
)

// over is b / a, with the widest interval that the two allow.
func over(b, a stats.Estimate) stats.Estimate {
	return stats.Estimate{
		Median: b.Median / a.Median, Low: b.Low / a.High, High: b.High / a.Low,
		Rounds: min(a.Rounds, b.Rounds), Coverage: max(0, a.Coverage+b.Coverage-1), // even if one is wrong whenever the other is right
	}
}

func (l *Line) judge(sides [2]side) {
	l.Verdict = Untold
	for i, e := range []stats.Estimate{l.A, l.B} {
		if !(e.Low > 0) || math.IsInf(e.High, 1) {
			l.Why = fmt.Sprintf("%s: the interval reaches 0, of which there is no ratio", sides[i].name)
			l.Verdict = NotComparable
			return
		}
	}
	l.Change = over(l.B, l.A)
	for _, s := range sides {
		if s.Planted.Void() != "" {
			l.Why = s.name + " is void"
			return
		}
	}
	for i, e := range []stats.Estimate{l.A, l.B} {
		if e.Coverage < stats.Confidence {
			l.Why = fmt.Sprintf("%s: too few rounds for an interval, %d of %d", sides[i].name, e.Rounds, stats.MinRounds)
			return
		}
	}
	for i, floor := range []float64{l.Metric.noise(sides[0]), l.Metric.noise(sides[1])} {
		if math.IsNaN(floor) {
			l.Why = sides[i].name + ": its noise is not known, for it has no trials of the reference against its twin"
			return
		}
	}
	l.Verdict = l.Metric.verdict(l.Change, l.Noise)
}

// verdict of a change whose interval and noise are known.
func (m Metric) verdict(change stats.Estimate, noise float64) Verdict {
	apart := max(change.Median, 1/change.Median) - 1 // the same upside down
	switch {
	case change.Low <= 1 && change.High >= 1, apart <= noise:
		return Within
	case (change.Median > 1) == m.More:
		return Better
	}
	return Worse
}

// share says where most models went one way: what they have in common is the reference, or the machine.
func (c *Comparison) share(m Metric) {
	const enough = 4 // models, for one to be the odd one out
	counts, judged := map[Verdict]int{}, 0
	for _, l := range c.Of(m) {
		if l.Verdict == Better || l.Verdict == Worse || l.Verdict == Within {
			judged++
			counts[l.Verdict]++
		}
	}
	for _, v := range []Verdict{Better, Worse} {
		if n := counts[v]; m.relative() && judged >= enough && 2*n > judged {
			c.Shared = append(c.Shared, fmt.Sprintf("%d of %d models are %s in %s. What they share is the reference, %s, which all figures are ratios to: "+
				"it may be what changed, the other way.", n, judged, v, m.Name, reference))
		}
	}
}
