package main

import (
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
