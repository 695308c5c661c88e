package launch

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// OverEachCall talks to a program that takes -selector with each of the system's calls.
func OverEachCall(t *testing.T, program string) {
	t.Helper()
	for _, name := range []string{"epoll", "poll", "select"} {
		s := Start(t, program, "-selector="+name, "-idle=10m")
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
	status, log := Fail(t, program, "-selector=kqueue")
	assert.Equal(t, 2, status)
	assert.Contains(t, log, "epoll, poll, select")
}

// FullSelect fills a program that takes -selector with as many clients as select has bits for, and more: those who have one are
// served, one without is closed, and when others have gone there is room.
func FullSelect(t *testing.T, program string) {
	t.Helper()
	s := Start(t, program, "-apps=echo", "-selector=select")
	var clients []*Client
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
