package result

// MemoryStands says that a record's memory is that of its model with these clients. What was withheld for noise has its memory
// all the same; not so where the server was something else than its label says, or did not do the work.
func (r Record) MemoryStands() bool {
	switch r.Outcome {
	case OK:
		return true
	case Withheld:
		return r.Contender.Untrue == "" && r.Contender.Errors.Total() == 0
	}
	return false
}

// MemoryTrials are Trials whose records' memory stands.
func (run Run) MemoryTrials(model, experiment string) (trials [][]Record) {
	return run.trials(model, experiment, Record.MemoryStands)
}
