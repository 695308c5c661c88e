// Package report makes tables of a run's results. It reads nothing but what the
// run left, so that an old run can be judged and drawn again.
package report

import (
	"cmp"
	"slices"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/stats"
	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

// Cell is what is known of one model in one cell over all rounds.
type Cell struct {
	Outcome result.Outcome // OK if at least one round is; empty: not measured
	Reason  string         // of the last round that was not OK
	Missed  int            // rounds that were not OK
	Ratio   stats.Estimate // to the reference
	Verdict stats.Verdict
	P50     float64 // microseconds, median of the rounds
	Rate    float64 // per second, median of the rounds
	CPU     float64 // microseconds per request, median of the rounds
}

// Row is one model.
type Row struct {
	Model       string
	Family      string
	Reference   bool
	Waits       *protocol.Waits // of its threads, while clients were connected and idle; nil: not seen
	Unsupported string          // why this machine refuses the model's mechanism; empty: it does not
	Latency     Cell            // 1 connection
	Throughput  Cell            // 64
	Thousand    Cell            // 1,000
	Scale       map[int]Cell    // by connections
	Herd        map[int]Cell    // by idle connections
	PerIdle     stats.Estimate  // CPU time, in ns, that each idle connection adds to a request of the active one; no rounds: not known
	Beside      float64         // response beside the largest herd / with none; NaN: not known
	BesideIdle  int             // the largest herd
	Own, Kernel float64         // bytes per idle connection; NaN: not known
	Trouble     []string        // why something is missing, in sentences
}

// Floor is a noise floor, where there is one.
type Floor struct {
	Value float64
	Known bool
}

// Summary is what a run says.
type Summary struct {
	Run        result.Run
	Rows       []Row
	Rate       Floor // of throughput
	Response   Floor // of latency
	Thousand   Floor // of the rate with 1,000
	Rounds     int   // that have been made of what is ranked
	Sizes      []int // connections that scale has tried
	Herds      []int // idle connections that herd has tried
	Incomplete bool
}

// Summarise judges a run.
func Summarise(run result.Run) Summary {
	s := Summary{Run: run, Incomplete: !run.Manifest.Complete}
	for _, r := range run.Records {
		if slices.Contains([]string{"latency", "throughput", "thousand"}, r.Experiment) {
			s.Rounds = max(s.Rounds, r.Round)
		}
		if r.Experiment == "scale" && !slices.Contains(s.Sizes, r.Connections) {
			s.Sizes = append(s.Sizes, r.Connections)
		}
		if r.Experiment == "herd" && !slices.Contains(s.Herds, r.Idle) {
			s.Herds = append(s.Herds, r.Idle)
		}
	}
	slices.Sort(s.Sizes)
	slices.Sort(s.Herds)
	names := s.models()
	contenders := max(len(names)-1, 1)
	s.Rate = s.floor("throughput", contenders)
	s.Response = s.floor("latency", contenders)
	s.Thousand = s.floor("thousand", s.contenders("thousand"))
	for _, m := range names {
		s.Rows = append(s.Rows, s.row(m))
	}
	return s
}

// contenders is how many models beside the reference an experiment was put to.
func (s *Summary) contenders(experiment string) int {
	seen := map[string]bool{}
	for _, r := range s.Run.Records {
		if r.Experiment == experiment && !r.Twin {
			seen[r.Model] = true
		}
	}
	return max(len(seen), 1)
}

// models lists the models of the run in their order.
func (s *Summary) models() []string {
	var names []string
	for _, p := range s.Run.Manifest.Services {
		if !p.Twin {
			names = append(names, p.Model)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(models.Order(a), models.Order(b)) })
	return names
}

func (s *Summary) floor(experiment string, contenders int) Floor {
	var twins []float64
	rounds := 0
	for _, r := range s.Run.Records {
		if r.Experiment == experiment && r.Twin && r.Outcome == result.OK {
			twins = append(twins, r.Ratio)
			rounds = max(rounds, r.Round)
		}
	}
	value, ok := stats.Floor(twins, rounds, contenders, s.Run.Manifest.Plan.Seed)
	return Floor{value, ok}
}

// records returns a model's records of one cell.
func (s *Summary) records(model, experiment string, connections, idle int) []result.Record {
	var out []result.Record
	for _, r := range s.Run.Records {
		if r.Model == model && r.Experiment == experiment && r.Connections == connections && r.Idle == idle {
			out = append(out, r)
		}
	}
	if len(out) > 0 || model != target.Reference || idle > 0 {
		return out
	}
	// No twin: the reference's figures are those beside the others.
	for _, r := range s.Run.Records {
		if r.Outcome == result.OK && r.Experiment == experiment && r.Connections == connections && r.Idle == 0 {
			r.Contender, r.Ratio = r.Reference, 1
			out = append(out, r)
		}
	}
	return out
}
