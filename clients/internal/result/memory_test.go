package result

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/engine"
)

func TestMemoryStandsUnlessItIsOfSomethingElse(t *testing.T) {
	with := func(o Outcome, s Side) Record {
		return Record{Model: "thread", Experiment: "memory", Outcome: o, Contender: s}
	}
	noise, lies := with(Withheld, Side{}), with(Withheld, Side{Untrue: "thread: it waits in epoll_pwait"})
	assert.True(t, with(OK, Side{}).MemoryStands())
	assert.True(t, noise.MemoryStands())
	assert.False(t, lies.MemoryStands())
	assert.False(t, with(Withheld, Side{Errors: engine.Errors{Mismatch: 1}}).MemoryStands())
	for _, o := range []Outcome{Declared, Bound, Failed, Unsupported, ""} {
		assert.False(t, with(o, Side{}).MemoryStands(), o)
	}
	other := lies
	other.Contender.Untrue, other.Reference.Untrue = "", "epoll: it waits in poll"
	assert.True(t, other.MemoryStands(), "memory is no ratio: it is the contender's alone")
	assert.Equal(t, [][]Record{{noise}}, Run{Records: []Record{lies, noise}}.MemoryTrials("thread", "memory"))
}
