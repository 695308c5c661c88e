package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/launch"
)

func TestMain(m *testing.M) { launch.Main(m, map[string]func(){"selectors": main}) }

func TestTheServiceOverEachCall(t *testing.T) {
	for _, name := range []string{"epoll", "poll", "select"} {
		s := launch.Start(t, "selectors", "-selector="+name, "-idle=10m")
		c := s.Dial(t, "menu")
		c.Hear(t, "Welcome to 10086. Enter 1xxx, or 0 for an agent.\n")
		c.Say(t, "exit\nignored")
		c.Hear(t, "Goodbye.\n")
		c.HearTheEnd(t)
		c = s.Dial(t, "echo")
		c.Say(t, "hello")
		c.Hear(t, "hello")
		s.Terminate(t)
	}
	status, log := launch.Fail(t, "selectors", "-selector=kqueue")
	assert.Equal(t, 2, status)
	assert.Contains(t, log, "epoll, poll, select")
}

func TestSelectServesThoseItHasBitsFor(t *testing.T) {
	s := launch.Start(t, "selectors", "-apps=echo", "-selector=select")
	var clients []*launch.Client
	for range unix.FD_SETSIZE {
		clients = append(clients, s.Dial(t, "echo"))
	}
	line := s.Logged(t, "FD_SETSIZE")
	assert.Contains(t, line, "no room for another client: one was closed: ")
	for _, c := range clients[:unix.FD_SETSIZE-30] {
		c.Say(t, "in")
		c.Hear(t, "in")
	}
	for _, c := range clients[100:] {
		require.NoError(t, c.Close())
	}
	next := s.Dial(t, "echo")
	next.Say(t, "there is room")
	next.Hear(t, "there is room")
	s.Terminate(t)
}
