package tests

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"c10klab/services/protocol"
)

// A label can't lie: the threads wait in the system call that the model's
// description names, and there are as many of them as it says.
func TestWaits(t *testing.T) {
	eachModel(t, func(t *testing.T, s types.ServiceConfig) {
		n := natureOf(t, s)
		r := start(t, s, protocol.Echo)
		r.order(t, "/restart?apps=echo")
		eventually(t, func() string { return n.agreesWithNobody(r.waits(t)) })

		const clients = 50 // more than a language runtime has threads
		for i := range clients {
			c := r.dial(t, protocol.Echo)
			if i < n.served(clients) {
				c.ask("hello\n", "hello\n")
			}
		}
		eventually(t, func() string { return n.agreesWith(r.waits(t), clients) })
	})
}
