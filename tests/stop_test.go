package tests

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// SIGTERM while answers are owed: every client gets all of its own, then the end
// of file, and the container ends as a program does that was asked to.
func testStopWithAnswersOwed(t *testing.T, r *running) {
	clients := r.owed(t, natureOf(t, r.ServiceConfig).served(4))

	grace := 2 * protocol.Grace
	stopped := make(chan error, 1)
	go func() { stopped <- r.container.Stop(t.Context(), &grace) }()
	for _, c := range clients {
		assert.Equal(t, owedAnswers, c.rest())
		require.NoError(t, c.Close())
	}
	require.NoError(t, <-stopped)
	state, err := r.container.State(t.Context())
	require.NoError(t, err)
	assert.Zero(t, state.ExitCode, "%s", r.log(t))
	assert.False(t, state.Running)
	assert.False(t, state.OOMKilled)
}

// The same through the meter, which stays, and starts the service again when told to.
func testStopByMeterWithAnswersOwed(t *testing.T, r *running) {
	clients := r.owed(t, natureOf(t, r.ServiceConfig).served(4))

	stopped := make(chan protocol.Health, 1)
	go func() { defer close(stopped); stopped <- r.order(t, "/stop") }()
	for _, c := range clients {
		assert.Equal(t, owedAnswers, c.rest())
		require.NoError(t, c.Close())
	}
	health, ok := <-stopped
	require.True(t, ok)
	assert.Equal(t, protocol.Stopped, health.State)
	if assert.NotNil(t, health.Exit) {
		assert.Zero(t, health.Exit.Status)
	}
	r.shut(t, protocol.Wait)

	r.order(t, "/restart")
	r.dial(t, protocol.Wait).ask("0\n", "waited 0\n")
}

// owedAnswers is what each of owed's clients has still to get.
const owedAnswers = "waited 500\nwaited 1\n"

// owed connects clients and returns when each of them is owed owedAnswers. The
// last to ask has a short wait first: when it is over, the questions of the
// others have arrived long ago.
func (r *running) owed(t *testing.T, clients int) (list []conversation) {
	t.Helper()
	for range clients {
		c := r.dial(t, protocol.Wait)
		c.ask("0\n", "waited 0\n")
		list = append(list, c)
	}
	for _, c := range list[1:] {
		c.say("500\n1\n")
	}
	list[0].ask("100\n500\n1\n", "waited 100\n")
	return list
}
