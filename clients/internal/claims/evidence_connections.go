package claims

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
)

// under is the evidence of the cells with that load.
func (e Evidence) under(load string) Evidence {
	part := result.Run{Path: e.run.Path, Manifest: e.run.Manifest}
	for _, r := range e.run.Records {
		if r.Load == load {
			part.Records = append(part.Records, r)
		}
	}
	return Evidence{part}
}

// beyond is what one model shows more than a third in one cell, over what another shows more than the third, round by
// round. All are what they are to the reference.
func (e Evidence) beyond(a, b, base string, c cell, of measure) Figure {
	var rounds [3]map[int]float64
	for i, model := range []string{a, b, base} {
		list, missing := e.records(model, c)
		if len(list) == 0 {
			return missing
		}
		rounds[i] = map[int]float64{}
		for _, r := range list {
			if x := of(r); x > 0 && !math.IsInf(x, 1) {
				rounds[i][r.Round] = x
			}
		}
	}
	var x, over, under, off []float64
	for _, round := range slices.Sorted(maps.Keys(rounds[0])) {
		p, q, r := rounds[0][round], rounds[1][round], rounds[2][round]
		if q > 0 && r > 0 {
			x, over, under, off = append(x, (p-r)/(q-r)), append(over, p), append(under, q), append(off, r)
		}
	}
	if len(x) == 0 {
		return Figure{Missing: fmt.Sprintf("%s: no round has %s, %s and %s", c, a, b, base)}
	}
	noise := e.floor(c, of)
	p, q, r := stats.Median(over), stats.Median(under), stats.Median(off)
	if slices.Min(differences(under, off)) <= 0 || q-r <= math.Hypot(q, r)*noise {
		return Figure{Missing: fmt.Sprintf("%s costs nearly what %s does: a difference near zero is no denominator", b, base)}
	}
	f := Figure{Estimate: stats.Over(x)}
	// The noise of each of the three, as far as the figure follows it.
	f.Floor = noise * math.Sqrt(p*p+f.Median*f.Median*q*q+(1-f.Median)*(1-f.Median)*r*r) / (q - r)
	return f
}

func differences(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

// steps are all of a model's figures whose names begin so, of these experiments: the first is the one that must be there.
func (e Evidence) steps(model, prefix string, experiments ...string) Figure {
	var x []float64
	_, missing := e.values(model, experiments[0], prefix)
	for _, r := range e.run.Records {
		if r.Model != model || r.Outcome != result.OK || !slices.Contains(experiments, r.Experiment) {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(r.Figures)) {
			if strings.HasPrefix(name, prefix) {
				x = append(x, r.Figures[name])
			}
		}
	}
	if len(x) == 0 {
		return missing
	}
	return Figure{Estimate: stats.Over(x)}
}

// everyOther is the least of a count over all models but one.
func (e Evidence) everyOther(but, experiment, name string) Figure {
	least := Figure{Missing: fmt.Sprintf("%s of models other than %s was not measured in this run", experiment, but)}
	seen := map[string]bool{but: true}
	for _, r := range e.run.Records {
		if r.Experiment != experiment || seen[r.Model] {
			continue
		}
		seen[r.Model] = true
		f := e.count(r.Model, experiment, name)
		switch {
		case f.Unsupported != "": // no model of this machine's
		case f.Missing != "":
			return f
		case least.Missing != "" || f.Median < least.Median:
			least = f
		}
	}
	return least
}

// grownBeside is the 99th percentile under one load over that under another, in the same trial.
func (e Evidence) grownBeside(model, experiment, without, with string) Figure {
	var x []float64
	for _, cells := range e.run.Trials(model, experiment, result.OK) {
		at := map[string]float64{}
		for _, r := range cells {
			at[r.Load] = r.Contender.Latency.P99
		}
		if at[without] > 0 && at[with] > 0 {
			x = append(x, at[with]/at[without])
		}
	}
	c := cell{experiment, 48, 0}
	if len(x) == 0 {
		_, missing := e.under(with).records(model, c)
		return missing
	}
	return Figure{Estimate: stats.Over(x), Floor: e.under(with).floor(c, p99)}
}
