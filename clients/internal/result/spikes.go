package result

// Spike is the experiment in which a run plants an effect of known size in the reference's twin.
const Spike = "spike"

// Spikes are its records, which are compared with nothing else. A run of old has none.
func (run Run) Spikes() (records []Record) {
	for _, r := range run.Records {
		if r.Experiment == Spike {
			records = append(records, r)
		}
	}
	return records
}
