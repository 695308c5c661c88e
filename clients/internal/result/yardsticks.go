package result

// Apart splits a run: into what is compared, and the yardsticks, which are the only services of their part's manifest. Both
// have the trials of the reference against its twin, which tell a run's noise. Neither has those in which an effect was planted,
// nor those of ways to the reference (OfPaths).
func (run Run) Apart() (compared, yardsticks Run) {
	of := run.Manifest.Yardsticks()
	compared, yardsticks = run, run
	compared.Records, yardsticks.Records, yardsticks.Manifest.Services = nil, nil, nil
	for _, p := range run.Manifest.Services {
		if p.Yardstick != "" {
			yardsticks.Manifest.Services = append(yardsticks.Manifest.Services, p)
		}
	}
	for _, r := range run.Records {
		if r.Experiment == Spike || r.Experiment == Hop {
			continue
		}
		_, is := of[r.Model]
		if is || r.Twin {
			yardsticks.Records = append(yardsticks.Records, r)
		}
		if !is {
			compared.Records = append(compared.Records, r)
		}
	}
	return compared, yardsticks
}

// Yardsticks are the models whose mechanisms the run's yardsticks have, by the yardsticks' names.
func (m Manifest) Yardsticks() map[string]string {
	of := map[string]string{}
	for _, p := range m.Services {
		if p.Yardstick != "" {
			of[p.Model] = p.Yardstick
		}
	}
	return of
}
