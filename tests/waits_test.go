package tests

import (
	"testing"

	"c10klab/services/protocol"
)

// A label can't lie: the threads wait in the system call that the model's
// description names, and there are as many of them as it says.
func testWaits(t *testing.T, r *running) {
	n := natureOf(t, r.ServiceConfig)
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
}
