package main

import (
	"context"
	"io"
	"time"

	"c10klab/services/protocol"
)

// sendRaw does as many a beginner's client does: it sends what was typed without
// the end of the line, then waits for the answer.
func (c *chat) sendRaw(ctx context.Context, text string) error {
	select {
	case <-c.heard: // of an earlier line
	default:
	}
	if _, err := io.WriteString(c.conn, text); err != nil {
		return err
	}
	if text == "" || (c.known && c.place.App == protocol.Count) || c.await(ctx) {
		return nil // count answers at the end alone
	}
	c.silences++
	if !c.known || c.place.App == protocol.Echo {
		c.screen.note("no answer within %v", c.timeout)
		return nil
	}
	c.screen.note("no answer within %v. %s answers lines, and a line ends with \\n: -raw sent %q without it,\n"+
		"so the server is still waiting for the rest of that line. TCP carries bytes, not messages:\n"+
		"what is typed next will be taken for more of it.", c.timeout, c.place.App, text)
	return nil
}

// await waits until something comes, and reports whether it did in time.
func (c *chat) await(ctx context.Context) bool {
	select {
	case <-c.heard:
		return true
	case <-time.After(c.timeout):
	case <-ctx.Done():
	}
	return false
}
