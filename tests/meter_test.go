package tests

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/protocol"
)

// A trial's restart: a fresh process that serves the application named and no other.
func testRestartWithOneApplication(t *testing.T, r *running) {
	before := r.health(t)
	assert.Len(t, before.Apps, len(protocol.Apps()))

	after := r.order(t, "/restart?apps=echo&arg=-backlog=5")
	assert.Equal(t, []string{"echo"}, after.Apps)
	assert.Equal(t, []string{"-backlog=5"}, after.Args)
	assert.NotEqual(t, before.PID, after.PID)
	r.dial(t, protocol.Echo).ask("hello\n", "hello\n")
	r.shut(t, protocol.Menu)

	again := r.order(t, "/restart")
	assert.Len(t, again.Apps, len(protocol.Apps()))
	assert.Empty(t, again.Args)
	r.dial(t, protocol.Menu).hear(protocol.MenuGreeting)
}

// A run that vanished leaves nothing odd: when its lease is over, all is served again.
func testLeaseEnds(t *testing.T, r *running) {
	for _, order := range []string{"/restart?apps=echo&lease=300ms", "/stop?lease=300ms"} {
		assert.Positive(t, r.order(t, order).Lease, order)
		eventually(t, func() string {
			health := r.state(t)
			if len(health.Apps) < len(protocol.Apps()) || health.State != protocol.Serving {
				return order + ": all applications should be served again: " + health.Message
			}
			return ""
		})
		r.dial(t, protocol.Menu).hear(protocol.MenuGreeting)
	}
}

// A stopped process answers nothing, and goes on where it was when it is continued.
func testSignal(t *testing.T, r *running) {
	c := r.dial(t, protocol.Echo)
	c.ask("before\n", "before\n")
	r.order(t, "/signal?name=STOP")
	c.say("while stopped\n")
	r.waits(t) // the meter answers meanwhile
	r.metrics(t)
	c.unheard()
	r.order(t, "/signal?name=CONT")
	c.hear("while stopped\n")
}

// What a meter is not asked for, it refuses in one line, and the service goes on.
func TestMeterRefuses(t *testing.T) {
	r := start(t, models(t)[0], protocol.Echo)
	for _, path := range []string{
		"/restart?apps=nonsense", "/restart?apps=echo,echo", "/restart?arg=-ports=echo=1",
		"/restart?arg=/bin/sh", "/restart?lease=soon", "/signal?name=KILL", "/signal",
	} {
		body := r.meter(t, http.StatusBadRequest, http.MethodPost, path)
		message := decode[protocol.Health](t, body).Message
		assert.NotEmpty(t, message, path)
		assert.NotContains(t, message, "\n", path)
	}
	r.meter(t, http.StatusMethodNotAllowed, http.MethodGet, "/restart?apps=echo")
	require.Equal(t, protocol.Serving, r.health(t).State)
	r.dial(t, protocol.Echo).ask("hello\n", "hello\n")
}
