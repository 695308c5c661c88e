package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/launch"
)

func TestMain(m *testing.M) { launch.Main(m, map[string]func(){"select": main}) }

func TestAKeyEndsIt(t *testing.T) {
	keys, typist, err := os.Pipe()
	require.NoError(t, err)
	defer keys.Close()
	defer typist.Close()
	s := launch.StartWith(t, keys, "select", "-stdin")
	c := s.Dial(t, "echo")
	c.Say(t, "hi")
	c.Hear(t, "hi")
	_, err = typist.WriteString("\n")
	require.NoError(t, err)
	c.HearTheEnd(t)
	status, log := s.Ended(t)
	assert.Zero(t, status)
	assert.Contains(t, log, "a key was pressed")
}

func TestTheEndOfStandardInputIsNoKey(t *testing.T) {
	nothing, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer nothing.Close()
	s := launch.StartWith(t, nothing, "select", "-stdin")
	c := s.Dial(t, "echo")
	c.Say(t, "hi")
	c.Hear(t, "hi")
	s.Terminate(t)
}

func TestDescriptorsFrom1024OnStayInTheBacklog(t *testing.T) {
	s := launch.Start(t, "select", "-apps=echo")
	var clients []*launch.Client
	for range unix.FD_SETSIZE {
		clients = append(clients, s.Dial(t, "echo"))
	}
	line := s.Logged(t, "FD_SETSIZE")
	assert.Contains(t, line, "no room for another client: descriptor 1024 is beyond")
	for _, c := range clients[:unix.FD_SETSIZE-30] {
		c.Say(t, "in")
		c.Hear(t, "in")
	}
	last := clients[len(clients)-1]
	last.Say(t, "waits")
	last.IsSilent(t)
	for _, c := range clients[:100] {
		require.NoError(t, c.Close())
	}
	last.Hear(t, "waits")
	s.Terminate(t)
}
