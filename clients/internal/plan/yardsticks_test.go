package plan

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/target"
)

func withYardsticks(o *Options) {
	for name, model := range map[string]string{"c-iterative": "iterative", "c-fork": "process", "c-thread": "thread", "c-epoll": "epoll", "c-uring": "proactor"} {
		o.Yardsticks = append(o.Yardsticks, target.Service{Name: name, Model: name, Yardstick: model})
	}
}

func TestYardsticksAreWhereClaimsNeedThem(t *testing.T) {
	p := quickly(t, withYardsticks)
	assert.Equal(t, map[string]int{"thread": 6, "epolledge": 6, "proactor": 6, "epoll": 6, "c-thread": 6, "c-epoll": 6, "c-uring": 6}, of(p, "thousand"))
	churn := of(p, "churn")
	assert.Equal(t, 6, churn["c-fork"])
	assert.Equal(t, 6, churn["c-iterative"])
	assert.Zero(t, churn["c-epoll"])
	assert.Equal(t, 5000, most(p, "herd", "c-epoll"))
	assert.Equal(t, 200, most(p, "memory", "c-fork"), "it starts a process for each, as the model does")
	assert.Zero(t, of(p, "second")["c-iterative"])
	for _, trial := range p.Trials {
		if trial.Block == "rank" && trial.Model.Yardstick != "" {
			assert.Contains(t, []string{"c-epoll", "c-uring"}, trial.Model.Name)
			assert.Len(t, trial.Steps, 1)
			assert.Equal(t, "latency", trial.Steps[0].Experiment.Name)
		}
		assert.False(t, trial.Twin && trial.Model.Yardstick != "")
	}
	assert.Less(t, p.Estimate()-quickly(t, nil).Estimate(), 2*time.Minute)
}

func TestNoYardsticksForTheirOwnSake(t *testing.T) {
	p := quickly(t, func(o *Options) {
		withYardsticks(o)
		o.Named, o.Models = []string{"reactor"}, services("reactor", "epoll")
	})
	assert.Empty(t, of(p, "thousand"))
}

func TestNoYardstickWhereNoClaimNeedsIt(t *testing.T) {
	p := quickly(t, func(o *Options) { withYardsticks(o); o.Experiments = []string{"throughput"} })
	for _, trial := range p.Trials {
		assert.Empty(t, trial.Model.Yardstick)
	}
}
