package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/wire"
	"c10klab/services/protocol"
)

// A part of a crowd is this program executed again.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args, "-part") {
		main()
	}
	os.Exit(m.Run())
}

// staying runs a crowd of five until it has settled, and returns what it said then and at the end.
func staying(t *testing.T, talk func(net.Conn)) (status int, then, end standing, errs string) {
	t.Helper()
	status, out, errs := swarming(t, `"came"`, "-n", "5", "-stay", "-json", "-every", "10ms", "-d", "1m", serve(t, talk))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 2, errs)
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &then))
	require.NoError(t, json.Unmarshal([]byte(lines[1]), &end))
	return status, then, end, errs
}

func TestStay(t *testing.T) {
	status, then, end, errs := staying(t, echo)
	assert.Zero(t, status, errs)
	assert.Equal(t, standing{Came: 5, Answered: 5}, then)
	assert.Equal(t, then, end)
}

// Whoever is not answered waits, and is no failure.
func TestStayWhereSomeWait(t *testing.T) {
	t.Parallel() // it takes the time that it takes to settle
	var came atomic.Int64
	status, then, end, errs := staying(t, func(c net.Conn) {
		if came.Add(1) > 2 {
			_, _ = io.Copy(io.Discard, c)
			return
		}
		echo(c)
	})
	assert.Zero(t, status, errs)
	assert.Equal(t, standing{Came: 5, Answered: 2, Waiting: 3}, then)
	assert.Equal(t, then, end)
}

// A server may close the connections that it has no room for.
func TestStayWhereSomeAreRefused(t *testing.T) {
	var came atomic.Int64
	status, then, _, errs := staying(t, func(c net.Conn) {
		if came.Add(1) <= 2 {
			echo(c)
		}
	})
	assert.Zero(t, status, errs)
	assert.Contains(t, then.Said, "the first refusal: ")
	then.Said = ""
	assert.Equal(t, standing{Came: 5, Answered: 2, Refused: 3}, then)
}

func TestStayWhereNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	status, out, _ := swarming(t, "came", "-n", "3", "-stay", l.Addr().String())
	assert.Zero(t, status)
	assert.Contains(t, out, "3 came: 0 are answered, 0 are connected and wait, 3 were refused")
	assert.Contains(t, out, "connection refused")
}

// Who was answered once must be answered again.
func TestStayWhereSomeAreLost(t *testing.T) {
	var came atomic.Int64
	settled := make(chan struct{})
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	lose := func(c net.Conn) {
		if came.Add(1) > 1 {
			echo(c)
			return
		}
		in := bufio.NewReader(c)
		first, _ := in.ReadString('\n')
		_, _ = io.WriteString(c, first)
		_, _ = in.ReadString('\n')
		<-settled
		leave() // what is owed then must still come
	}
	out := &seen{text: `"came"`, then: func() { close(settled) }}
	var errs bytes.Buffer
	status := run(ctx, []string{"swarm", "-n", "5", "-stay", "-json", "-every", "1ms", serve(t, lose)}, out, &errs)
	assert.Equal(t, 1, status)
	assert.Contains(t, out.String(), `"lost":1,"said":"the first loss: #`)
	assert.Contains(t, errs.String(), "swarm: 1 of 5 clients that were answered were lost")
}

// A crowd in several processes is one crowd.
func TestStayInParts(t *testing.T) {
	addr := serve(t, echo)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	out, errs := &seen{text: `"came"`, then: leave}, &seen{}
	s := &swarm{n: 5, every: time.Millisecond, length: time.Minute, json: true, out: &lines{to: out}, errs: &lines{to: errs}}
	var err error
	s.place, err = wire.Locate(addr, protocol.Echo, wire.Options{})
	require.NoError(t, err)
	require.NoError(t, s.stayIn(ctx, []int{3, 2}))
	all := `{"came":5,"answered":5,"waiting":0,"refused":0,"outside":0,"lost":0}` + "\n"
	assert.Equal(t, all+all, out.String())
}

// Who has no connection yet may still get one with the kernel's next try.
func TestWhenACrowdHasSettled(t *testing.T) {
	for _, c := range []struct {
		at    standing
		still time.Duration
		want  bool
	}{
		{standing{Came: 5, Answered: 2, Waiting: 3}, settled / 2, false},
		{standing{Came: 5, Answered: 2, Waiting: 3}, settled + time.Second, true},
		{standing{Came: 5, Answered: 2, Waiting: 2}, settled + time.Second, false},
		{standing{Came: 5, Answered: 2, Waiting: 2, Outside: 1}, settled + time.Second, true},
		{standing{Came: 5, Answered: 2, Waiting: 2}, settledSYN + time.Second, true},
		{standing{Came: 5, Answered: 3, Refused: 2}, 0, true},
		{standing{Came: 5, Waiting: 5}, settledSYN + time.Second, false},
		{standing{Came: 5, Waiting: 5}, settledNone + time.Second, true},
	} {
		crowd := &crowd{at: c.at, moved: time.Now().Add(-c.still)}
		assert.Equal(t, c.want, crowd.decided(), "%v, still for %v", c.at, c.still)
	}
}

func TestSplit(t *testing.T) {
	assert.Equal(t, []int{20_000}, split(20_000, 20_016))
	assert.Equal(t, []int{10_000, 10_000}, split(20_000, 20_015))
	assert.Equal(t, []int{334, 333, 333}, split(1000, 400))
	assert.Equal(t, []int{5}, split(5, 3), "then the kernel will say")
}

func TestStanding(t *testing.T) {
	sum := standing{Came: 1, Refused: 1, Said: "refused"}
	sum.add(standing{Came: 4, Answered: 3, Waiting: 1, Lost: 1, Said: "lost"})
	sum.add(standing{Came: 2, Outside: 2, Refused: 0, Said: "later"})
	assert.Equal(t, standing{Came: 7, Answered: 3, Waiting: 1, Refused: 1, Outside: 2, Lost: 1, Said: "lost"}, sum)
	assert.Contains(t, sum.String(), "7 came: 3 are answered, 1 are connected and wait, 1 were refused, 2 got no connection")
	assert.Contains(t, sum.String(), "1 of those answered were lost; lost")
}

// A server that serves one at a time: when the crowd leaves, others have their turn, too late.
func TestStayWhereOthersAreServedAtTheEnd(t *testing.T) {
	t.Parallel() // as above
	var turn sync.Mutex
	status, then, _, errs := staying(t, func(c net.Conn) {
		turn.Lock()
		defer turn.Unlock()
		echo(c)
		_ = c.Close()
	})
	assert.Zero(t, status, errs)
	assert.Equal(t, standing{Came: 5, Answered: 1, Waiting: 4}, then)
}
