package result

// Hop is the experiment whose contenders are ways to the reference, and no models.
const Hop = "hop"

// OtherCPU is the figure of CPU time, in us for each of the contender's requests, that neither the services nor the lab is billed
// for: of a proxy between them; interrupts, where the kernel bills those to nobody; and whatever else ran.
const OtherCPU = "other_cpu_us"

// OfPaths is the run's part about ways to the reference: the only services of its manifest are those that are reached on other
// ways than the bridge, its records theirs and those of the bridge, which is the reference beside its twin.
func (run Run) OfPaths() Run {
	paths := run
	paths.Records, paths.Manifest.Services = nil, nil
	for _, p := range run.Manifest.Services {
		if p.Path != "" {
			paths.Manifest.Services = append(paths.Manifest.Services, p)
		}
	}
	for _, r := range run.Records {
		if r.Experiment == Hop {
			paths.Records = append(paths.Records, r)
		}
	}
	return paths
}
