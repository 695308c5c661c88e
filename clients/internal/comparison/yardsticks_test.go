package comparison

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/result"
)

// newYardstick is a fake that claims to be a program in C of that model's mechanism, and speaks echo alone.
func newYardstick(t *testing.T, name, model string) *fake {
	f := newFake(t, name, name)
	f.service.Yardstick, f.service.Speaks = model, []string{"echo"}
	return f
}

func TestYardsticksTakePartWhereClaimsNeedThem(t *testing.T) {
	inC := newYardstick(t, "c-epoll", "epoll")
	inC.waits = func(int) map[string]int { return map[string]int{"epoll_wait": 1} }
	var asked []string
	inC.onRestart = func(int) { asked = append(asked, inC.apps[0]) }
	s := newStand(t, inC)
	s.config.Plan.Rounds, s.config.Plan.Experiments = 1, []string{"throughput", "latency"}
	require.NoError(t, Run(context.Background(), s.config), s.out)
	run := s.left(t)
	records := of(run, "c-epoll", "latency")
	require.NotEmpty(t, records)
	for _, r := range records {
		assert.Equal(t, result.OK, r.Outcome, r.Reason)
		assert.False(t, r.Twin)
		assert.Equal(t, "epoll", r.Reference.Service, "it is measured as a model is")
	}
	assert.Empty(t, of(run, "c-epoll", "throughput"), "no claim needs it there")
	assert.Contains(t, s.out.String(), "verified c-epoll")

	inC.mu.Lock()
	defer inC.mu.Unlock()
	require.GreaterOrEqual(t, len(asked), 3)
	last := len(asked) - 1
	assert.Empty(t, asked[last], "it is given back")
	for _, apps := range asked[:last] {
		assert.Equal(t, "echo", apps, "it is never asked for what it does not speak")
	}
}

// What it waits in is judged as of the model whose mechanism it has.
func TestYardstickThatIsAnotherIsWithheld(t *testing.T) {
	inC := newYardstick(t, "c-epoll", "epoll")
	inC.waits = func(n int) map[string]int { return map[string]int{"read": n} }
	s := newStand(t, inC)
	s.config.Plan.Rounds, s.config.Plan.Experiments = 1, []string{"latency"}
	require.NoError(t, Run(context.Background(), s.config), s.out)
	records := of(s.left(t), "c-epoll", "latency")
	require.NotEmpty(t, records)
	assert.Equal(t, result.Withheld, records[0].Outcome)
	assert.Contains(t, records[0].Reason, "it should wait in epoll_pwait")
}
