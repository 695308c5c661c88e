package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// Two clients at once are both served. A model that serves one at a time keeps
// the second waiting, and serves it when the first has left.
func testTwoClients(t *testing.T, r *running) {
	n := natureOf(t, r.ServiceConfig)

	first := r.dial(t, protocol.Echo)
	first.ask("first\n", "first\n")
	second := r.dial(t, protocol.Echo)
	second.say("second\n")
	for range 100 {
		first.ask("first again\n", "first again\n")
	}
	if n.served(2) < 2 {
		second.unheard()
		require.NoError(t, first.Close())
		second.hear("second\n")
		return
	}
	second.hear("second\n")
	require.NoError(t, first.Close())
	second.ask("second again\n", "second again\n")
}
