package experiment

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// atATime serves so many clients at a time, as a pool does.
func atATime(n int, handle func(net.Conn)) func(net.Conn) {
	room := make(chan struct{}, n)
	return func(c net.Conn) {
		room <- struct{}{}
		defer func() { <-room }()
		handle(c)
	}
}

func asksSecond(t *testing.T, model string, handle func(net.Conn)) Answer {
	a, err := askSecond(context.Background(), serving(t, model, handle), second.Cells[0])
	require.NoError(t, err)
	return a
}

func TestSecondIsAnsweredAtOnce(t *testing.T) {
	f := asksSecond(t, "thread", echo).Figures
	assert.EqualValues(t, 1, f["second_connected"])
	assert.EqualValues(t, 1, f["second_answered_beside"])
	assert.EqualValues(t, 1, f["second_answered"])
	assert.Positive(t, f["second_connect_us"])
	assert.Positive(t, f["second_reply_ms"])
	assert.NotContains(t, f, "pool_clients")
}

func TestSecondWaitsForTheFirst(t *testing.T) {
	t.Parallel()
	f := asksSecond(t, "iterative", atATime(1, echo)).Figures
	assert.EqualValues(t, 1, f["second_connected"])
	assert.EqualValues(t, 0, f["second_answered_beside"])
	assert.EqualValues(t, 1, f["second_answered"], "when the first has left")
}

func TestClientBeyondThePool(t *testing.T) {
	t.Parallel()
	f := asksSecond(t, "threadpool", atATime(64, echo)).Figures
	assert.EqualValues(t, 1, f["second_answered_beside"])
	assert.EqualValues(t, 64, f["pool_clients"])
	assert.EqualValues(t, 1, f["all_answered"])
	assert.EqualValues(t, 1, f["next_connected"])
	assert.EqualValues(t, 0, f["next_answered_beside"])
	assert.EqualValues(t, 1, f["next_answered"])

	f = asksSecond(t, "threadpool", echo).Figures
	assert.EqualValues(t, 1, f["next_answered_beside"], "it serves more than its pool says")
}

func TestAWrongReplyIsNone(t *testing.T) {
	first := make(chan struct{}, 1)
	first <- struct{}{}
	f := asksSecond(t, "thread", func(c net.Conn) {
		select {
		case <-first:
			echo(c)
		default:
			buf := make([]byte, len(question))
			_, _ = io.ReadFull(c, buf)
			buf[9] ^= 1
			_, _ = c.Write(buf)
		}
	}).Figures
	assert.EqualValues(t, 0, f["second_answered_beside"])
	assert.EqualValues(t, 0, f["second_answered"])
	assert.NotContains(t, f, "second_reply_ms")
}

func TestNobodyAnswersTheFirst(t *testing.T) {
	_, err := askSecond(context.Background(), serving(t, "thread", resets), second.Cells[0])
	assert.ErrorContains(t, err, "client 1 of 1")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = askSecond(ctx, serving(t, "thread", echo), second.Cells[0])
	assert.ErrorIs(t, err, context.Canceled)
}
