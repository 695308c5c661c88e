// Package report makes tables of a run's results. It reads nothing but what the
// run left, so that an old run can be judged and drawn again.
package report

import (
	"cmp"
	"slices"

	"c10klab/clients/internal/claims"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
	"c10klab/clients/internal/stats"
	"c10klab/services/protocol"
)

// Cell is what is known of one model in one cell over all rounds.
type Cell struct {
	Outcome result.Outcome // OK if at least one round is; empty: not measured
	Reason  string         // of the last round that was not OK
	Also    []string       // the reasons of the other gates that it failed
	Missed  int            // rounds that were not OK
	Metric  result.Metric
	Ratio   stats.Estimate // to the reference
	Verdict stats.Verdict
	Client  bool           // the client limits one side or both: the ratio is further from 1 than it seems
	Cost    stats.Estimate // CPU time of a request, as a ratio to the reference's in the same trials
	P50     float64        // microseconds, median of the rounds
	Rate    float64        // per second, median of the rounds
	CPU     float64        // microseconds per request, median of the rounds
	Spent   stats.Estimate // the same, with its interval
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
	Cost       Floor // of the CPU time of a request in throughput
	Response   Floor // of latency
	Thousand   Floor // of the rate with 1,000
	Rounds     int   // that have been made of what is ranked
	Sizes      []int // connections that scale has tried
	Herds      []int // idle connections that herd has tried
	Incomplete bool
	Planted    spike.Verdict   // what became of the effect that the run planted in itself
	floors     map[place]Floor // to find one takes a while
	ledger     []claims.Entry
	yardsticks []result.Record // programs in C, which are in none of the rest
	paths      result.Run      // ways to the reference, which are in none of the rest either
}

// Summarise judges a run.
func Summarise(run result.Run) Summary {
	compared, yardsticks := run.Apart()
	s := Summary{Run: compared, Incomplete: !run.Manifest.Complete, floors: map[place]Floor{}, ledger: claims.Ledger(run), Planted: spike.Of(run)}
	for _, r := range yardsticks.Records {
		if !r.Twin {
			s.yardsticks = append(s.yardsticks, r)
		}
	}
	s.paths, run = run.OfPaths(), compared
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
	s.Rate = s.floor("throughput", contenders, ratio)
	s.Cost = s.floor("throughput", contenders, cost)
	s.Response = s.floor("latency", contenders, ratio)
	s.Thousand = s.floor("thousand", s.contenders("thousand"), ratio)
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
		if !p.Twin && p.Yardstick == "" && p.Path == "" {
			names = append(names, p.Model)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(models.Order(a), models.Order(b)) })
	return names
}

// ratio and cost are what of a record is compared; 0: not known.
func ratio(r result.Record) float64 { return r.Ratio }

func cost(r result.Record) float64 {
	if r.Contender.CPU <= 0 || r.Reference.CPU <= 0 {
		return 0
	}
	return r.Contender.CPU / r.Reference.CPU
}

func (s *Summary) floor(experiment string, contenders int, figure func(result.Record) float64) Floor {
	return s.floorOver(contenders, figure, func(r result.Record) bool { return r.Experiment == experiment })
}

func (s *Summary) floorOver(contenders int, figure func(result.Record) float64, of func(result.Record) bool) Floor {
	var twins []float64
	rounds := 0
	for _, r := range s.Run.Records {
		if of(r) && r.Twin && r.Outcome == result.OK && figure(r) > 0 {
			twins = append(twins, figure(r))
			rounds = max(rounds, r.Round)
		}
	}
	value, ok := stats.Floor(twins, rounds, contenders, s.Run.Manifest.Plan.Seed)
	return Floor{value, ok}
}
