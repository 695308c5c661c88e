package main

import "time"

// fair is how many steps one conversation may take before the others have their turn.
const fair = 16

// advance writes and runs what is due, then says what the conversation waits for:
// for the socket to take the rest, for its answer, for its next turn, or for bytes.
func (c *conversation) advance() {
	if c.pending != nil { // it goes on when that has come
		return
	}
	for range fair {
		switch _, write, run := c.session.Want(); {
		case c.transport.Lost(): // nobody is left to compute for
			return
		case !c.transport.Flushed():
			c.transport.PauseReading()
			return
		case write:
			owed := c.session.Pending()
			c.transport.Write(owed)
			c.session.Sent(len(owed))
		case run:
			c.session.Step()
		default:
			c.settle()
			return
		}
	}
	c.later(0)
}

func (c *conversation) settle() {
	until, waits := c.session.Until()
	switch {
	case waits:
		c.later(time.Until(until))
	case c.session.Done():
		c.transport.LoseConnection()
	default:
		c.transport.ResumeReading()
	}
}
