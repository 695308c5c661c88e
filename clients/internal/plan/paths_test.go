package plan

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/target"
)

// ways are those of compose.yaml when all are up.
func ways(o *Options) {
	for _, way := range []string{target.Loopback, target.Host, target.Published} {
		o.Paths = append(o.Paths, target.Service{Name: "epoll-" + way, Model: "epoll-" + way, Path: way, Speaks: []string{"echo"}})
	}
}

func TestWaysAreMeasuredWhereTheyAreUp(t *testing.T) {
	want := map[string]int{"epoll-loopback": 6, "epoll-host": 6, "epoll-published": 6, "epoll": 6}
	p := quickly(t, func(o *Options) { o.Name = "full"; ways(o) })
	assert.Equal(t, want, of(p, "hop"), "the bridge by the reference's twin")
	without := quickly(t, func(o *Options) { o.Name = "full" })
	assert.Less(t, p.Estimate()-without.Estimate(), time.Minute, "who asks for them has a minute more")
	for _, trial := range p.Trials {
		assert.Equal(t, trial.Block == "hop", len(trial.Steps) > 0 && trial.Steps[0].Experiment.Paths)
		if trial.Model.Path != "" {
			assert.Equal(t, "hop", trial.Block, "they are put to nothing else")
			assert.Equal(t, 2, trial.Cells())
			assert.False(t, trial.Twin)
		}
	}
	assert.Empty(t, p.Pathless())
	assert.Contains(t, p.Applications(), "epoll-host", "what is measured is verified")
	assert.Equal(t, want, of(quickly(t, ways), "hop"))
	assert.Equal(t, want, of(quickly(t, func(o *Options) { ways(o); o.Experiments = []string{"hop"} }), "hop"))
}

func TestWhereNoWayIsUpThereIsNoHop(t *testing.T) {
	for _, name := range Names {
		p := quickly(t, func(o *Options) { o.Name = name })
		assert.Empty(t, of(p, "hop"))
		assert.Empty(t, p.Pathless(), "nobody asked")
	}
	p := quickly(t, func(o *Options) { o.Experiments, o.Paths = []string{"latency", "hop"}, nil })
	assert.Equal(t, []string{"hop"}, p.Pathless())
	assert.Equal(t, []string{"latency"}, p.Chosen(), "the rest goes on")
}

func TestHopIsAboutTheReference(t *testing.T) {
	full := func(names ...string) Plan {
		return quickly(t, func(o *Options) { ways(o); o.Name, o.Named, o.Models = "full", names, services("thread", "epoll") })
	}
	assert.Empty(t, of(full("thread"), "hop"))
	assert.NotEmpty(t, of(full("epoll", "thread"), "hop"))
	p := quickly(t, func(o *Options) {
		ways(o)
		o.Named, o.Models, o.Experiments = []string{"thread"}, services("thread", "epoll"), []string{"hop"}
	})
	assert.Equal(t, map[string]int{"epoll-loopback": 6, "epoll-host": 6, "epoll-published": 6, "epoll": 6}, of(p, "hop"))
	p = quickly(t, func(o *Options) { ways(o); o.Twins, o.Experiments = false, []string{"hop"} })
	assert.NotContains(t, of(p, "hop"), "epoll", "without a twin the bridge is the reference alone")
}
