package main

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Servers that aren't the lab's, each in about twenty lines.

// ticker counts for a client by the clock, and hangs up after three.
type ticker struct {
	reactor *Reactor
	next    *DelayedCall
	n       int
}

func (p *ticker) ConnectionMade(t *Transport) {
	p.next = p.reactor.CallLater(0, func() {
		p.n++
		t.Write(fmt.Appendf(nil, "tick %d\n", p.n))
		if p.n == 3 {
			t.LoseConnection()
			return
		}
		p.next.Reset(time.Millisecond)
	})
}
func (p *ticker) DataReceived([]byte)  {}
func (p *ticker) ConnectionLost(error) { p.next.Cancel() }

func TestATicker(t *testing.T) {
	each(t, func(r *Reactor) Factory {
		return FactoryFunc(func(int) Protocol { return &ticker{reactor: r} })
	}, func(t *testing.T, s *served) {
		a, b := s.dial(t), s.dial(t)
		for _, c := range []*client{b, a} {
			c.hears("tick 1\n")
			c.hears("tick 2\n")
			c.hears("tick 3\n")
			c.hearsTheEnd()
		}
	})
}

// room is a chat room's factory: everybody hears what one says.
type room map[*member]bool

func (r room) BuildProtocol(int) Protocol { return &member{room: r} }

type member struct {
	*Transport
	room room
}

func (m *member) ConnectionMade(t *Transport) {
	m.Transport, m.room[m] = t, true
	m.DataReceived([]byte("somebody has come\n"))
}

func (m *member) DataReceived(data []byte) {
	for other := range m.room {
		other.Write(data)
	}
}

func (m *member) ConnectionLost(error) {
	delete(m.room, m)
	m.DataReceived([]byte("somebody has left\n"))
}

func TestAChatRoom(t *testing.T) {
	each(t, func(*Reactor) Factory { return room{} }, func(t *testing.T, s *served) {
		var members []*client
		for range 3 {
			members = append(members, s.dial(t))
			for _, m := range members {
				m.hears("somebody has come\n")
			}
		}
		members[1].say("hello\n")
		for _, m := range members {
			m.hears("hello\n")
		}
		members[1].Close()
		members[0].hears("somebody has left\n")
		require.NoError(t, members[2].SetLinger(0)) // a reset
		members[2].Close()
		members[0].hears("somebody has left\n")
	})
}

// clerk answers each name with what a slow register says of it; meanwhile others are served.
type clerk struct {
	*Transport
	look func(name string) *Deferred
}

func (c *clerk) ConnectionMade(t *Transport) { c.Transport = t }

func (c *clerk) DataReceived(data []byte) {
	answer := c.look(string(bytes.TrimSpace(data)))
	answer.AddCallback(func(found any) (any, error) {
		c.Write(fmt.Appendf(nil, "lives in %s\n", found))
		return nil, nil
	})
	answer.AddErrback(func(err error) (any, error) {
		c.Write(fmt.Appendf(nil, "%v\n", err))
		return nil, nil
	})
}

func (c *clerk) ConnectionLost(error) {}

func TestAClerkWhoLooksThingsUp(t *testing.T) {
	towns := map[string]string{"ada": "London"}
	each(t, func(r *Reactor) Factory {
		look := func(name string) *Deferred {
			return r.DeferLater(time.Millisecond).AddCallback(func(any) (any, error) {
				if town, ok := towns[name]; ok {
					return town, nil
				}
				return nil, fmt.Errorf("nobody knows %s", name)
			})
		}
		return FactoryFunc(func(int) Protocol { return &clerk{look: look} })
	}, func(t *testing.T, s *served) {
		c := s.dial(t)
		c.say("ada\n")
		c.hears("lives in London\n")
		c.say("bob\n")
		c.hears("nobody knows bob\n")
	})
}

// flood is a producer: 8 MB, no more of it in memory than a block.
type flood struct {
	*Transport
	left int
}

func (f *flood) ConnectionMade(t *Transport) {
	f.Transport = t
	f.ResumeProducing()
}

func (f *flood) ResumeProducing() {
	for f.left > 0 && f.Flushed() {
		f.left--
		f.Write(bytes.Repeat([]byte{'a' + byte(f.left%26)}, 64<<10))
	}
	if f.left == 0 {
		f.LoseConnection()
	}
}

func (f *flood) DataReceived([]byte)  {}
func (f *flood) ConnectionLost(error) {}

func TestAProducerSendsMoreThanASocketTakes(t *testing.T) {
	const blocks = 128
	var want bytes.Buffer
	for left := blocks - 1; left >= 0; left-- {
		want.Write(bytes.Repeat([]byte{'a' + byte(left%26)}, 64<<10))
	}
	each(t, func(*Reactor) Factory {
		return FactoryFunc(func(int) Protocol { return &flood{left: blocks} })
	}, func(t *testing.T, s *served) {
		got, err := io.ReadAll(s.dial(t))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(want.Bytes(), got), "%d bytes came of %d", len(got), want.Len())
	})
}
