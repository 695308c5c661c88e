package main

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"c10klab/services/internal/launch"
)

func TestMain(m *testing.M) { launch.Main(m, map[string]func(){"multireactor": main}) }

func TestSeveralLoops(t *testing.T) {
	for _, listen := range []string{"-listen=reuseport", "-listen=shared"} {
		s := launch.Start(t, "multireactor", "-workers=4", listen)
		assert.Eventually(t, func() bool { return s.Serving(t) == 4 }, 10*time.Second, time.Millisecond, listen)
		var clients []*launch.Client
		for range 100 {
			clients = append(clients, s.Dial(t, "echo"), s.Dial(t, "menu"))
		}
		for i, c := range clients {
			if i%2 == 0 {
				c.Say(t, "hi")
				c.Hear(t, "hi")
			} else {
				c.Hear(t, "Welcome")
			}
		}
		s.Terminate(t)
	}
}

// Its own loops share a port. Another server that was started by mistake must not have a part of the clients.
func TestAPortIsNotSharedWithAnotherServer(t *testing.T) {
	s := launch.Start(t, "multireactor", "-workers=2")
	at := s.Dial(t, "echo").RemoteAddr().(*net.TCPAddr)
	status, log := launch.Fail(t, "multireactor", "-host="+at.IP.String(), "-apps=echo", fmt.Sprintf("-ports=echo=%d", at.Port))
	assert.Equal(t, 1, status)
	assert.Contains(t, log, "address already in use")
}

func TestAWaitIsPutOff(t *testing.T) {
	s := launch.Start(t, "multireactor", "-workers=1")
	waits, other := s.Dial(t, "wait"), s.Dial(t, "echo")
	waits.Say(t, "10000\n")
	for range 50 {
		other.Say(t, "hi")
		other.Hear(t, "hi")
	}
	waits.IsSilent(t)
}
