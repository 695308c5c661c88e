package main

import (
	"io"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/internal/harness"
	"c10klab/services/internal/launch"
)

func TestMain(m *testing.M) {
	launch.Main(m, map[string]func(){
		"lab":   main,
		"shout": func() { Main("shout", &Server{NewHandler: newShout}) },
		"picky": func() { Main("picky", &Server{NewHandler: newShout, VerifyRequest: secondOnly()}) },
		"busy": func() {
			s := &Server{NewHandler: newShout}
			s.ServiceActions = func() { s.Log("action", "an action") }
			Main("busy", s)
		},
		"polite": func() {
			Main("polite", &Server{NewHandler: newShout, HandleError: func(conn *harness.Conn, err error) {
				_, _ = io.WriteString(conn, "SORRY, "+err.Error()+"\n")
			}})
		},
	})
}

// secondOnly refuses every second request, the first to begin with.
func secondOnly() func(harness.Accepted) bool {
	n := 0
	return func(harness.Accepted) bool {
		n++
		return n%2 == 0
	}
}

var concurrent = []string{"-mixin=threading", "-mixin=forking"}

func TestAHandlerOfAnotherKind(t *testing.T) {
	for _, mixin := range concurrent {
		s := launch.Start(t, "shout", "-apps=echo", mixin)
		first, second := s.Dial(t, "echo"), s.Dial(t, "echo")
		first.Hear(t, "WELCOME\n")
		second.Hear(t, "WELCOME\n")
		for range 3 {
			first.Say(t, "hello\n")
			first.Hear(t, "HELLO\n")
		}
		second.Say(t, "me, too\n")
		second.Hear(t, "ME, TOO\n")
		require.NoError(t, first.CloseWrite())
		first.Hear(t, "3 LINES\n")
		first.HearTheEnd(t)
		s.Terminate(t)
		second.Hear(t, "1 LINES\n") // the handler was told, and finished
		second.HearTheEnd(t)
	}
}

func TestWithoutAMixinTheNextWaits(t *testing.T) {
	s := launch.Start(t, "shout", "-apps=echo", "-mixin=none")
	first, second := s.Dial(t, "echo"), s.Dial(t, "echo")
	first.Hear(t, "WELCOME\n")
	second.Say(t, "anybody there?\n")
	second.IsSilent(t)
	require.NoError(t, first.CloseWrite())
	first.Hear(t, "0 LINES\n")
	second.Hear(t, "WELCOME\n")
	second.Hear(t, "ANYBODY THERE?\n")
	s.Terminate(t)
}

func TestWhoRunsARequest(t *testing.T) {
	for mixin, want := range map[string]struct{ threads, children int }{
		"-mixin=threading": {2, 0},
		"-mixin=forking":   {0, 2},
		"-mixin=none":      {1, 0},
	} {
		s := launch.Start(t, "shout", "-apps=echo", mixin)
		first := s.Dial(t, "echo")
		first.Hear(t, "WELCOME\n")
		second := s.Dial(t, "echo")
		if mixin != "-mixin=none" {
			second.Hear(t, "WELCOME\n")
		}
		assert.Equal(t, want.threads, s.Serving(t), "%s: threads named for serving", mixin)
		assert.Equal(t, want.children, len(s.Children(t)), "%s: child processes", mixin)
		require.NoError(t, first.Close())
		require.NoError(t, second.Close())
		assert.Eventually(t, func() bool {
			return len(s.Children(t)) == 0 && (mixin == "-mixin=none" || s.Serving(t) == 0)
		}, 20*time.Second, 5*time.Millisecond, "%s: each ends with its request, and is no zombie", mixin)
		s.Terminate(t)
	}
}

func TestAFailureEndsOneRequestOnly(t *testing.T) {
	for _, mixin := range concurrent {
		for word, told := range map[string]string{"fail": "a request failed: asked to fail", "panic": "a request failed: panic: asked to panic"} {
			s := launch.Start(t, "shout", "-apps=echo", mixin)
			good, bad := s.Dial(t, "echo"), s.Dial(t, "echo")
			good.Hear(t, "WELCOME\n")
			bad.Hear(t, "WELCOME\n")
			bad.Say(t, word+"\n")
			bad.Hear(t, "0 LINES\n") // it is finished all the same
			bad.HearTheEnd(t)
			s.Logged(t, told)
			good.Say(t, "still here\n")
			good.Hear(t, "STILL HERE\n")
			s.Dial(t, "echo").Hear(t, "WELCOME\n")
			s.Terminate(t)
		}
	}
}

func TestTheUserHandlesErrors(t *testing.T) {
	for _, mixin := range concurrent {
		s := launch.Start(t, "polite", "-apps=echo", mixin)
		c := s.Dial(t, "echo")
		c.Hear(t, "WELCOME\n")
		c.Say(t, "fail\n")
		c.Hear(t, "0 LINES\n")
		c.Hear(t, "SORRY, asked to fail\n")
		c.HearTheEnd(t)
		s.Terminate(t)
	}
}

func TestTheUserVerifiesRequests(t *testing.T) {
	for _, mixin := range concurrent {
		s := launch.Start(t, "picky", "-apps=echo", mixin)
		for range 3 {
			s.Dial(t, "echo").HearTheEnd(t)
			s.Dial(t, "echo").Hear(t, "WELCOME\n")
		}
		s.Terminate(t)
	}
}

func TestServiceActionsComeByTheClock(t *testing.T) {
	for _, mixin := range concurrent {
		s := launch.Start(t, "busy", "-apps=echo", mixin, "-poll=1ms")
		s.Logged(t, "an action") // and nobody has come
		s.Logged(t, "an action")
		s.Terminate(t)
	}
}

func TestTheStopDoesNotWaitForTheInterval(t *testing.T) {
	for _, mixin := range append(concurrent, "-mixin=none") {
		s := launch.Start(t, "shout", "-apps=echo", mixin, "-poll=1m")
		s.Terminate(t)
	}
}

func TestTheLabsHandler(t *testing.T) {
	for _, mixin := range append(concurrent, "-mixin=none") {
		s := launch.Start(t, "lab", "-apps=echo", mixin)
		c := s.Dial(t, "echo")
		c.Say(t, "the very same\n")
		c.Hear(t, "the very same\n")
		require.NoError(t, c.CloseWrite())
		c.HearTheEnd(t)
		s.Terminate(t)
	}
}

func TestNoDescriptorLeft(t *testing.T) {
	s := launch.Start(t, "shout", "-apps=echo", "-mixin=threading")
	open, err := os.ReadDir("/proc/" + strconv.Itoa(s.Process.Pid) + "/fd")
	require.NoError(t, err)
	limit := uint64(len(open) + 3)
	require.NoError(t, unix.Prlimit(s.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit, Max: limit}, nil))
	var clients []*launch.Client
	for range 10 {
		clients = append(clients, s.Dial(t, "echo")) // those beyond wait in the backlog
	}
	s.Logged(t, "no room for another client: too many open files")
	clients[0].Hear(t, "WELCOME\n")
	for _, c := range clients[:9] {
		require.NoError(t, c.Close())
	}
	clients[9].Hear(t, "WELCOME\n")
	s.Terminate(t)
}

func TestAChildThatIsKilledIsReapedAndMissedByNobody(t *testing.T) {
	s := launch.Start(t, "shout", "-apps=echo", "-mixin=forking")
	victim := s.Dial(t, "echo")
	victim.Hear(t, "WELCOME\n")
	first := s.Children(t)
	require.Len(t, first, 1)
	other := s.Dial(t, "echo")
	other.Hear(t, "WELCOME\n")
	require.NoError(t, syscall.Kill(first[0], syscall.SIGKILL))
	victim.IsCutOff(t)
	s.Logged(t, "ended by itself")
	assert.NotContains(t, s.Children(t), first[0])
	other.Say(t, "still here\n")
	other.Hear(t, "STILL HERE\n")
	s.Terminate(t)
}

func TestChildrenDieWithAKilledParent(t *testing.T) {
	s := launch.Start(t, "shout", "-apps=echo", "-mixin=forking")
	first, second := s.Dial(t, "echo"), s.Dial(t, "echo")
	first.Hear(t, "WELCOME\n")
	second.Hear(t, "WELCOME\n")
	require.NoError(t, s.Process.Kill())
	first.IsCutOff(t)
	second.IsCutOff(t)
}

func TestFlagsThatDoNotFit(t *testing.T) {
	for _, c := range []struct{ arg, want string }{
		{"-mixin=magic", `-mixin: "magic" is none of threading, forking, none`},
		{"-poll=0", "-poll: 0s is not within 1ms and 1m"},
		{"-child=echo", "-child: this model has no child processes with these flags"},
	} {
		status, log := launch.Fail(t, "shout", c.arg)
		assert.Equal(t, 2, status, c.arg)
		assert.Contains(t, log, c.want)
	}
}
