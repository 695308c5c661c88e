package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/drive/drivetest"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/launch"
	"c10klab/services/protocol"
)

func TestMain(m *testing.M) { launch.Main(m, map[string]func(){"hybrid": main}) }

// The order of events decides, not a clock: whoever asks for the longest wait must not hold up
// those who come later and whose handlers are short.
func TestASlowHandlerStallsNobody(t *testing.T) {
	s := launch.Start(t, "hybrid", "-pool=3")
	slow, alsoSlow := s.Dial(t, "wait"), s.Dial(t, "wait")
	slow.Say(t, "10000\n")
	alsoSlow.Say(t, "10000\n")
	quick := s.Dial(t, "echo")
	for i := range 200 {
		quick.Say(t, fmt.Sprint(i))
		quick.Hear(t, fmt.Sprint(i))
	}
	slow.IsSilent(t)
	assert.Equal(t, 4, s.Serving(t), "the loop and the pool, which have all been woken by now")
}

func TestRequestsBeyondThePoolWaitForAThread(t *testing.T) {
	s := launch.Start(t, "hybrid", "-pool=1")
	slow, next := s.Dial(t, "wait"), s.Dial(t, "echo")
	slow.Say(t, "300\n")
	next.Say(t, "after it")
	slow.Hear(t, "waited 300\n")
	next.Hear(t, "after it")
	s.Terminate(t)
}

func TestWhatComesMeanwhileIsAnsweredInItsOrder(t *testing.T) {
	s := launch.Start(t, "hybrid", "-pool=4")
	c := s.Dial(t, "wait")
	want := ""
	for i := range 20 {
		c.Say(t, fmt.Sprintf("%d\n", 20-i)) // the later ones would be done sooner
		want += fmt.Sprintf("waited %d\n", 20-i)
	}
	c.Hear(t, want)
	assert.NoError(t, c.CloseWrite())
	c.HearTheEnd(t)
}

func TestAResetWhileThePoolHasIt(t *testing.T) {
	s := launch.Start(t, "hybrid", "-pool=2")
	for range 5 {
		c := s.Dial(t, "wait")
		c.Say(t, "50\n")
		assert.NoError(t, c.SetLinger(0))
		assert.NoError(t, c.Close())
	}
	next := s.Dial(t, "wait")
	next.Say(t, "1\n")
	next.Hear(t, "waited 1\n")
	s.Terminate(t)
}

func TestAdmitTurnsAway(t *testing.T) {
	s := launch.Start(t, "hybrid", "-pool=1", "-admit=1")
	slow := s.Dial(t, "wait")
	slow.Say(t, "0\n")
	slow.Hear(t, "waited 0\n")
	slow.Say(t, "500\n")
	waits, refused := s.Dial(t, "wait"), s.Dial(t, "wait")
	waits.Say(t, "0\n") // one of these two is refused: the pool's thread is busy, and one may wait
	refused.Say(t, "0\n")
	s.Logged(t, "1 wait for the pool already: a client is turned away")
	slow.Hear(t, "waited 500\n")
}

// The lists are used again and again: what is in them behind their ends is kept in memory.
func TestThePoolForgetsWhoIsTakenBack(t *testing.T) {
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(set) })
	conns := drivetest.Conns(t)
	idle, err := newPool(0, 0, conns.Log) // its work is done here
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(idle.doneFD) })
	conns.Hand = idle.give
	l := &loop{set, new(harness.Server), conns, idle}

	client := drivetest.Join(t, conns, protocol.Menu) // which has a greeting to say
	c := client.Conn
	c.Registered = drive.Interest{Read: true}
	l.control(unix.EPOLL_CTL_ADD, c.FD, unix.EPOLLIN)
	client.Say("0\n")
	l.advance(c, true, true)
	require.True(t, c.Handed())

	idle.take(new(worker)).Session.Step()
	idle.finish(c)
	l.takeBack()
	for _, list := range [][]*drive.Conn{idle.queue, idle.finished, idle.spare} {
		for _, kept := range list[:cap(list)] {
			assert.Nil(t, kept)
		}
	}
}
