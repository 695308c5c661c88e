package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"c10klab/clients/internal/experiment"
	"c10klab/clients/internal/models"
	"c10klab/clients/internal/target"
)

// services are those of compose.yaml when all models are there.
func services(names ...string) (out []target.Service) {
	for _, name := range names {
		out = append(out, target.Service{Name: name, Model: name})
	}
	return out
}

func quickly(t require.TestingT, change func(*Options)) Plan {
	o := Options{Name: "quick", Seed: 1, Rounds: 6, Factor: 1, Models: services(models.Names()...), Twins: true}
	if change != nil {
		change(&o)
	}
	p, err := Make(o)
	require.NoError(t, err)
	return p
}

// of counts the trials of each model in one block.
func of(p Plan, block string) map[string]int {
	count := map[string]int{}
	for _, trial := range p.Trials {
		if trial.Block == block {
			count[trial.Model.Name]++
		}
	}
	return count
}

// most is the largest herd that a model meets in a block.
func most(p Plan, block, model string) int {
	n := -1
	for _, trial := range p.Trials {
		if trial.Block != block || trial.Model.Name != model {
			continue
		}
		for _, s := range trial.Steps {
			for _, c := range s.Cells {
				n = max(n, c.Idle)
			}
		}
	}
	return n
}

// cellOf is how a model is loaded by 64 clients.
func cellOf(p Plan, model string) experiment.Cell {
	for _, trial := range p.Trials {
		for _, s := range trial.Steps {
			if s.Experiment.Name == "throughput" && trial.Model.Name == model {
				return s.Cells[0]
			}
		}
	}
	return experiment.Cell{}
}

func TestQuickPlan(t *testing.T) {
	p := quickly(t, nil)
	rank := of(p, "rank")
	assert.Len(t, rank, 22, "every model")
	for name, n := range rank {
		want := 6
		if name == target.Reference {
			want = 18 // two twins a round, and one that is slowed
		}
		assert.Equal(t, want, n, name)
	}
	assert.Equal(t, map[string]int{"thread": 6, "epolledge": 6, "proactor": 6, "epoll": 6}, of(p, "thousand"))
	assert.Equal(t, map[string]int{"polling": 6, "select": 6, "poll": 6, "epolledge": 6, "epoll": 6}, of(p, "herd"))
	assert.Equal(t, 900, most(p, "herd", "select"))
	assert.Equal(t, 900, most(p, "herd", "polling"))
	assert.Equal(t, 5000, most(p, "herd", "epoll"))
	assert.Equal(t, 3*cellOf(p, "thread").Window, cellOf(p, "crew").Window, "until each of its clients had its turns")
	assert.Equal(t, experiment.LongSlice, cellOf(p, "crew").Slice)
	assert.Zero(t, cellOf(p, "thread").Slice, "the engine's own")
	memory := of(p, "memory")
	assert.Equal(t, 6, memory["process"])
	assert.Equal(t, 1, memory["reactor"], "what no claim is about is looked at once")
	assert.Zero(t, memory["epoll"], "the herd shows it")
	assert.Zero(t, memory["threadpool"], "it has no idle clients beyond its pool")
	assert.Equal(t, 200, most(p, "memory", "process"))
	assert.Equal(t, 1000, most(p, "memory", "reactor"))
	assert.Subset(t, p.Chosen(), []string{"latency", "throughput", "thousand", "herd", "memory", "churn"})
	assert.Less(t, p.Estimate(), 7*time.Minute+40*time.Second, "with start and verification the whole run stays under eight minutes")
	first := time.Duration(0)
	for _, trial := range p.Trials[:rank["epoll"]/6+21] {
		assert.Equal(t, 1, trial.Round)
		first += trial.Estimate()
	}
	assert.Less(t, first, time.Minute, "a figure of each model within the first minute")
}

func TestModelsThatAreNotThereAreLeftOut(t *testing.T) {
	p := quickly(t, func(o *Options) { o.Models = services("iterative", "thread", "epoll", "goroutine") })
	assert.Equal(t, map[string]int{"thread": 6, "epoll": 6}, of(p, "thousand"))
	assert.Equal(t, map[string]int{"epoll": 6}, of(p, "herd"))
	assert.Equal(t, map[string]int{"thread": 6, "goroutine": 6}, of(p, "memory"))
}

func TestModelsAskedForByName(t *testing.T) {
	chosen := func(experiments []string, named ...string) Plan {
		return quickly(t, func(o *Options) {
			o.Named, o.Experiments = named, experiments
			o.Models = services(named...)
			if !slices.Contains(named, "epoll") {
				o.Models = append(o.Models, services("epoll")...)
			}
		})
	}
	p := chosen(nil, "thread")
	assert.Equal(t, map[string]int{"thread": 6, "epoll": 18}, of(p, "rank"))
	assert.Equal(t, map[string]int{"thread": 6, "epoll": 6}, of(p, "thousand"))
	assert.Empty(t, of(p, "herd"), "not for the reference alone")
	assert.Empty(t, of(chosen(nil, "reactor"), "thousand"))
	assert.Equal(t, map[string]int{"epoll": 6}, of(chosen(nil, "epoll"), "herd"))

	p = chosen([]string{"herd"}, "thread", "select")
	assert.Equal(t, map[string]int{"thread": 6, "select": 6, "epoll": 6}, of(p, "herd"), "the plan's own list is set aside")
	assert.Equal(t, 10000, most(p, "herd", "thread"))
	assert.Equal(t, 10000, most(p, "herd", "select"), "its bound is to be seen")
	p = chosen([]string{"memory"}, "reactor")
	assert.Equal(t, 6, of(p, "memory")["reactor"])
}

func TestScaleIsMadeWhenAskedFor(t *testing.T) {
	assert.NotContains(t, quickly(t, nil).Chosen(), "scale")
	p := quickly(t, func(o *Options) { o.Experiments = []string{"scale"} })
	count := of(p, "scale")
	assert.Equal(t, 2*3+1, count["thread"], "each size in a process of its own, the largest in one round")
	assert.Equal(t, 2*2, count["iterative"], "1, and the first size that it can't serve")
	assert.Equal(t, 2*2, count["prefork"], "likewise, 100")
}

func TestWithoutTwinsTheReferenceHasNoTrials(t *testing.T) {
	p := quickly(t, func(o *Options) { o.Twins = false })
	for _, trial := range p.Trials {
		if !trial.Asks() { // alone, it needs no twin
			assert.NotEqual(t, "epoll", trial.Model.Name)
		}
	}
}

func TestChosenExperiments(t *testing.T) {
	p := quickly(t, func(o *Options) { o.Experiments, o.Rounds = []string{"latency"}, 1 })
	assert.Equal(t, []string{"latency"}, p.Chosen())
	assert.Len(t, p.Trials, 23)
	_, err := Make(Options{Name: "slow"})
	assert.ErrorContains(t, err, `no plan "slow": choose from quick, full`)
}

func order(p Plan) (names []string) {
	for _, trial := range p.Trials {
		names = append(names, trial.Block+" "+trial.Model.Name)
	}
	return names
}

func TestOrderProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		rounds := rapid.IntRange(1, 12).Draw(t, "rounds")
		set := func(o *Options) { o.Seed, o.Rounds = seed, rounds }
		p := quickly(t, set)
		assert.Equal(t, order(p), order(quickly(t, set)), "the same seed gives the same order")
		last := map[string]int{}
		for _, trial := range p.Trials {
			assert.GreaterOrEqual(t, trial.Round, last[trial.Block], "rounds follow each other")
			last[trial.Block] = trial.Round
		}
		assert.Equal(t, rounds, last["rank"])
	})
}

func TestFullPlan(t *testing.T) {
	p := quickly(t, func(o *Options) { o.Name = "full" })
	assert.Subset(t, p.Chosen(), []string{"latency", "throughput", "thousand", "herd", "memory", "churn", "scale"})
	assert.Less(t, p.Estimate(), 43*time.Minute, "with start and verification the whole run stays under 45 minutes")
}

func TestEveryExperimentIsInThePlans(t *testing.T) {
	for _, name := range experiment.Names() {
		for _, plan := range Names {
			p := quickly(t, func(o *Options) { ways(o); o.Name, o.Experiments = plan, []string{name} })
			assert.Equal(t, []string{name}, p.Chosen(), "%s, asked for of the plan %s", name, plan)
		}
	}
}

func TestOwnLoadIsABlockOfItsOwn(t *testing.T) {
	own := experiment.Experiment{Name: "load", Cells: []experiment.Cell{{Connections: 10, Window: time.Second}}, Load: nil}
	p := quickly(t, func(o *Options) { o.Load = &own })
	assert.Equal(t, []string{"load"}, p.Chosen())
	assert.Equal(t, 6, of(p, "load")["thread"])
	assert.Equal(t, 12, of(p, "load")["epoll"])
	p = quickly(t, func(o *Options) { o.Load, o.Experiments = &own, []string{"latency"} })
	assert.ElementsMatch(t, []string{"load", "latency"}, p.Chosen())
}

func TestLimitIsThePlansOrItsPartsOwn(t *testing.T) {
	assert.Equal(t, 7*time.Minute+50*time.Second, quickly(t, nil).Limit())
	for _, change := range []func(*Options){
		func(o *Options) { o.Rounds = 1 },
		func(o *Options) { o.Experiments = []string{"latency"} },
		func(o *Options) { o.Named, o.Models = []string{"thread"}, services("thread", "epoll") },
		func(o *Options) { o.Factor = 0.5 },
	} {
		p := quickly(t, change)
		assert.Equal(t, p.Estimate()+max(p.Estimate()/4, time.Minute), p.Limit())
	}
}

func TestFactorFor(t *testing.T) {
	p := quickly(t, nil)
	f := p.FactorFor(p.Estimate())
	assert.InDelta(t, 1, f, 1e-6)
	longer := quickly(t, func(o *Options) { o.Factor = p.FactorFor(20 * time.Minute) })
	assert.InDelta(t, 1200, longer.Estimate().Seconds(), 60)
	assert.Zero(t, p.FactorFor(time.Second))
}
