package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/services/internal/launch"
)

func TestMain(m *testing.M) { launch.Main(m, map[string]func(){"threadpool": main}) }

func TestAClientBeyondThePoolWaitsForAThread(t *testing.T) {
	s := launch.Start(t, "threadpool", "-pool=2")
	first, second := s.Dial(t, "echo"), s.Dial(t, "echo")
	first.Say(t, "1")
	first.Hear(t, "1")
	second.Say(t, "2")
	second.Hear(t, "2")
	third := s.Dial(t, "menu")
	third.IsSilent(t)
	assert.Equal(t, 2, s.Serving(t))
	assert.NoError(t, second.Close())
	third.Hear(t, "Welcome")
	first.Say(t, "still")
	first.Hear(t, "still")
	s.Terminate(t)
}

func TestWhatDoesNotFitIntoTheQueueWaitsInTheBacklog(t *testing.T) {
	s := launch.Start(t, "threadpool", "-pool=1", "-queue=1")
	inside := s.Dial(t, "echo")
	inside.Say(t, "1")
	inside.Hear(t, "1")
	waits, beyond, last := s.Dial(t, "echo"), s.Dial(t, "echo"), s.Dial(t, "echo")
	s.Logged(t, "no room for another client: 1 wait for the pool")
	for _, c := range []*launch.Client{inside, waits, beyond} {
		assert.NoError(t, c.Close())
	}
	last.Say(t, "at last")
	last.Hear(t, "at last")
}

func TestAdmitTurnsAway(t *testing.T) {
	s := launch.Start(t, "threadpool", "-pool=1", "-admit=1")
	inside := s.Dial(t, "echo")
	inside.Say(t, "1")
	inside.Hear(t, "1")
	waits, refused := s.Dial(t, "echo"), s.Dial(t, "echo")
	refused.IsCutOff(t)
	s.Logged(t, "1 wait for the pool already: a client is turned away")
	assert.NoError(t, inside.Close())
	waits.Say(t, "2")
	waits.Hear(t, "2")
}
