package gate

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
)

// serving starts a server of 64-byte echo that asks, before each reply, how
// connection i is to be served, and opens n connections to it.
func serving(t *testing.T, n int, before func(i, reply int) (answer bool)) (*engine.Engine, *engine.Group) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for i := 0; ; i++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				buf := make([]byte, 64)
				for reply := 0; ; reply++ {
					if _, err := io.ReadFull(c, buf); err != nil {
						return
					}
					if !before(i, reply) {
						continue
					}
					if _, err := c.Write(buf); err != nil {
						return
					}
				}
			})
		}
	})
	t.Cleanup(all.Wait) // when the client's connections and the listener are closed
	t.Cleanup(func() { _ = l.Close() })
	e, err := engine.New(engine.Options{CPU: -1})
	require.NoError(t, err)
	t.Cleanup(e.Close)
	g, err := e.Dial(context.Background(), l.Addr().String(), n)
	require.NoError(t, err)
	t.Cleanup(g.Close)
	return e, g
}

// measuredUntil measures again until there is enough to judge: the machine may be busy otherwise.
func measuredUntil(t *testing.T, e *engine.Engine, g *engine.Group, enough func(m engine.Measured) bool) engine.Measured {
	for {
		m, err := e.Steady(context.Background(), g, 0, 100*time.Millisecond)
		require.NoError(t, err)
		if enough(m) {
			return m
		}
	}
}

func TestServiceThatFreezesIsWithheld(t *testing.T) {
	whole, freeze := 3*time.Second, 1400*time.Millisecond
	if testing.Short() {
		whole, freeze = whole/4, freeze/4
	}
	var mu sync.Mutex
	replies := 0
	e, g := serving(t, 8, func(int, int) bool {
		mu.Lock()
		defer mu.Unlock()
		if replies++; replies == 200 {
			time.Sleep(freeze)
		}
		return true
	})
	for {
		m, err := e.Steady(context.Background(), g, 0, whole)
		require.NoError(t, err)
		if m.Requests >= engine.Parts*PartReplies { // the freeze was within, and parts are as many as can be
			assert.Contains(t, Steady(m), "stalled: ")
			assert.Empty(t, First(Little(8, m), Samples(m)), "the books of a stalled server's client are right")
			return
		}
		mu.Lock()
		replies = 0 // the machine is busy otherwise
		mu.Unlock()
	}
}

func TestServiceThatServesHalfIsWithheld(t *testing.T) {
	e, g := serving(t, 8, func(i, _ int) bool { return i%2 == 0 })
	g.ServesSome()
	m := measuredUntil(t, e, g, func(m engine.Measured) bool { return m.Fairness.Mean >= FairReplies })
	assert.Contains(t, Fair(m.Fairness), "connections without any reply: ")
	n, err := g.Check(context.Background(), time.Minute)
	require.NoError(t, err)
	assert.LessOrEqual(t, n, 4)
	assert.NotEmpty(t, Answered(Roll{"half", "active", 8, n}))
}

func TestServiceThatStarvesOneIsWithheld(t *testing.T) {
	var mu sync.Mutex
	others := sync.NewCond(&mu)
	replies, released := 0, false
	e, g := serving(t, 8, func(i, reply int) bool {
		mu.Lock()
		defer mu.Unlock()
		if i > 0 {
			replies++
			others.Broadcast()
			return true
		}
		for due := (reply + 1) * 1000; replies < due && !released; {
			others.Wait()
		}
		return true
	})
	t.Cleanup(func() {
		mu.Lock()
		released = true
		mu.Unlock()
		others.Broadcast()
	})
	g.ServesSome() // in a drain nobody else is asking, and so the starved one would never be answered
	m := measuredUntil(t, e, g, func(m engine.Measured) bool { return m.Fairness.Mean >= FairReplies })
	assert.Contains(t, Fair(m.Fairness), "unfair: ")
}

func TestHonestServiceKeepsItsBooks(t *testing.T) {
	e, g := serving(t, 8, func(int, int) bool { return true })
	for range 3 {
		m := measuredUntil(t, e, g, func(m engine.Measured) bool { return m.Requests > 0 })
		assert.Empty(t, First(Little(8, m), Samples(m)))
	}
	n, err := g.Check(context.Background(), time.Minute)
	require.NoError(t, err)
	assert.Empty(t, Answered(Roll{"honest", "active", 8, n}))
}
