package conformance

// declaration says why a model can't pass a case by its nature, and what must
// hold in its place.
type declaration struct {
	model, name string
	reason      string
	instead     func(*script)
}

// declarations is the whole list: what is not in it is not excused.
func declarations() []declaration {
	return []declaration{
		{
			"iterative", "echo/two-clients",
			"serves one client to its end: the second waits in the backlog, and was served when the first had left",
			secondAfterFirst,
		},
		{
			"iterative", "echo/never-reads",
			"serves one client to its end: while one does not read, the others wait; it stopped reading, and the next was served when it had left",
			func(s *script) { neverReads(s, false) },
		},
		{
			"iterative", "wait/sigterm-owed",
			"serves one client to its end: only that one can be owed anything, and it was given it",
			func(s *script) { owedAtStop(s, 1) },
		},
	}
}

// declaredFor finds the declaration of a case for a model.
func declaredFor(model, name string) (declaration, bool) {
	for _, d := range declarations() {
		if d.model == model && d.name == name {
			return d, true
		}
	}
	return declaration{}, false
}
