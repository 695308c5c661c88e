package building

import "slices"

// Case is one thing that a built server must do.
type Case struct {
	Name        string // bytewise
	Title       string // what must hold, in one line
	Points      int
	Descriptors uint64 // how many the server may have open; 0: as many as this program
	run         func(*play)
}

// Cases are the exercise's, in the order in which they are played: what is simple first.
func (e Exercise) Cases() []Case {
	all := slices.Concat(talkCases(), crowdCases())
	switch {
	case e.pooled:
		all = append(all, poolCases()...)
	case e.bits:
		all = append(all, together(), selectLimit())
	default:
		all = append(all, together(), descriptorLimit())
	}
	if e.Name == "scheduler" {
		all = append(all, turnCase())
	}
	return append(all, waitCases(e)...)
}

// case of that name.
func (e Exercise) find(name string) (Case, bool) {
	cases := e.Cases()
	i := slices.IndexFunc(cases, func(c Case) bool { return c.Name == name })
	if i < 0 {
		return Case{}, false
	}
	return cases[i], true
}
