package compare

import (
	"cmp"
	"slices"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
)

// Models are those of either run, in the order of telling.
func (c Comparison) Models() (names []string) {
	for _, p := range c.participants(func(p result.Participant) bool { return p.Yardstick == "" && p.Path == "" }) {
		names = append(names, p.Model)
	}
	return names
}

// Yardsticks are the programs in C of either run, in the order of the models whose mechanisms they have.
func (c Comparison) Yardsticks() []result.Participant {
	return c.participants(func(p result.Participant) bool { return p.Yardstick != "" })
}

func (c Comparison) participants(wanted func(result.Participant) bool) (list []result.Participant) {
	for _, run := range []result.Run{c.A, c.B} {
		for _, p := range run.Manifest.Services {
			same := func(q result.Participant) bool { return p.Model == q.Model }
			if !p.Twin && wanted(p) && !slices.ContainsFunc(list, same) {
				list = append(list, p)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b result.Participant) int {
		return cmp.Compare(models.Order(a.Mechanism()), models.Order(b.Mechanism()))
	})
	return list
}

// Only leaves the figures of these models and yardsticks. What is a change stays one, whoever else is shown.
func (c Comparison) Only(names []string) Comparison {
	c.Lines = slices.DeleteFunc(slices.Clone(c.Lines), func(l Line) bool { return !slices.Contains(names, l.Model) })
	return c
}
