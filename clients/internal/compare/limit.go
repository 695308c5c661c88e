package compare

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseLimit reads how much worse is too much: 5% or 0.05. It is above 0 and below 1, for
// a rate can't fall by more; a bare 5 is refused, since it may mean either.
func ParseLimit(words string) (limit float64, err error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(words), "%")
	limit, err = strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		limit /= 100
	}
	switch {
	case err != nil || !(limit >= 0): // not NaN either
		return 0, fmt.Errorf("%q: want a share such as 5%% or 0.05", words)
	case limit == 0:
		return 0, fmt.Errorf("%q: want more than 0; 0.1%% fails at every change for the worse that is more than noise", words)
	case limit >= 1 && !percent:
		return 0, fmt.Errorf("%q: want less than 1; %s per cent is %s%%", words, number, number)
	case limit >= 1:
		return 0, fmt.Errorf("%q: want less than 100%%", words)
	}
	return limit, nil
}

// Beyond are the figures that are worse by more than limit beyond doubt: more than noise, and their whole interval
// is beyond the limit. Where less is better 0.05 is a ratio above 1.05, else one below 0.95.
func (c Comparison) Beyond(limit float64) (lines []Line) {
	for _, l := range c.Lines {
		over := l.Change.Low > 1+limit
		if l.Metric.More {
			over = l.Change.High < 1-limit
		}
		if l.Verdict == Worse && over {
			lines = append(lines, l)
		}
	}
	return lines
}

// Held says whether nothing is worse by more than limit. An error names what is, or says that there was
// nothing to judge: a check that looked at nothing has not passed.
func (c Comparison) Held(limit float64) error {
	beyond := c.Beyond(limit)
	if len(beyond) == 0 {
		if c.Count(Within)+c.Count(Better)+c.Count(Worse) > 0 {
			return nil
		}
		if len(c.Void) > 0 {
			return fmt.Errorf("checking that nothing is worse: %s", strings.Join(c.Void, "; "))
		}
		return errors.New("checking that nothing is worse: no figure could be judged; compare complete runs of six rounds, with a twin of the reference")
	}
	words := fmt.Sprintf("worse by more than %.4g %% and beyond noise:", 100*limit)
	for _, l := range beyond {
		words += fmt.Sprintf("\n  %s: %s %.2f (%.2f to %.2f)", l.Model, l.Metric.Name, l.Change.Median, l.Change.Low, l.Change.High)
	}
	return errors.New(words)
}
