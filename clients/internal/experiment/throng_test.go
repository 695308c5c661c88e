package experiment

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// room serves the first n clients, and does to each further one what is said.
func room(n int, further func(net.Conn)) func(net.Conn) {
	var mu sync.Mutex
	in := 0
	return func(c net.Conn) {
		mu.Lock()
		in++
		full := in > n
		mu.Unlock()
		if full {
			further(c)
			return
		}
		echo(c)
	}
}

func silent(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

func reset(c net.Conn) { _ = c.(*stoppable).Conn.(*net.TCPConn).SetLinger(0) }

func crowded(t *testing.T, s *asked, n int, hush time.Duration) *throng {
	th, err := newThrong(s.addr)
	require.NoError(t, err)
	t.Cleanup(th.Close)
	require.NoError(t, th.come(context.Background(), n, 16, present, present, hush))
	return th
}

func TestThrongTellsWhatBecameOfEach(t *testing.T) {
	t.Parallel()
	y := crowded(t, serving(t, "thread", echo), 100, time.Minute).tally()
	assert.Equal(t, tally{came: 100, answered: 100, errnos: y.errnos}, y)
	assert.Empty(t, y.String())
	assert.Empty(t, y.errno())

	y = crowded(t, serving(t, "thread", room(10, reset)), 50, time.Minute).tally()
	assert.Equal(t, 10, y.answered)
	assert.Equal(t, 50, y.came)
	assert.Equal(t, "ECONNRESET", y.errno())
	assert.Equal(t, "40 met ECONNRESET", y.String())

	y = crowded(t, serving(t, "thread", room(3, func(c net.Conn) { _, _ = c.Read(make([]byte, len(present))) })), 5, time.Minute).tally()
	assert.Equal(t, "2 closed without an answer", y.String())

	y = crowded(t, serving(t, "thread", room(10, silent)), 50, 300*time.Millisecond).tally()
	assert.Equal(t, "16 connected and not answered: the server has not accepted them", y.String(), "nobody comes after them")
	assert.Equal(t, 26, y.came)

	y = crowded(t, serving(t, "thread", func(c net.Conn) { _, _ = io.WriteString(c, "absent!\n") }), 2, time.Minute).tally()
	assert.Equal(t, 2, y.wrong)
	assert.Equal(t, "2 answered wrongly", y.String())
}

func TestThrongThatIsRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &asked{addr: l.Addr().String()}
	require.NoError(t, l.Close())
	y := crowded(t, s, 20, time.Minute).tally()
	assert.Equal(t, "20 met ECONNREFUSED", y.String())
	assert.Zero(t, y.answered)
}

func TestRollCallOfAThrong(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	s := serving(t, "thread", room(6, func(c net.Conn) {
		buf := make([]byte, len(present))
		_, _ = io.ReadFull(c, buf)
		_, _ = c.Write(buf)
		<-gone
	}))
	th := crowded(t, s, 10, time.Minute)
	require.Equal(t, 10, th.tally().answered)
	close(gone)
	require.NoError(t, th.rollCall(context.Background(), time.Minute))
	y := th.tally()
	assert.Equal(t, 6, y.answered)
	assert.Equal(t, 4, y.thrown)
	assert.Equal(t, "4 answered first and not any more", y.String())
}

func TestThrongEndsWithItsContext(t *testing.T) {
	ctx, end := context.WithCancel(context.Background())
	end()
	th, err := newThrong(serving(t, "thread", silent).addr)
	require.NoError(t, err)
	defer th.Close()
	assert.ErrorIs(t, th.come(ctx, 3, 3, present, present, time.Hour), context.Canceled)
	_, err = newThrong("127.0.0.1:none")
	assert.ErrorContains(t, err, "clients of 127.0.0.1:none")
}
