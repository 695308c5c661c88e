package session

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"c10klab/services/protocol"
)

// driver drives a session as a model would, without sockets, and holds it to its
// contract at every turn.
type driver struct {
	take func(n int) int  // how many of n bytes the next read, or write, moves: 1 to n
	lazy bool             // sends only when nothing else can be done: owes as much as possible
	end  func(s *Session) // what comes after the input: EOF or Stop
}

// result is what a client sees.
type result struct {
	out    string
	closed bool // by the application, before the end of the input was told
}

var (
	whole    = driver{take: func(n int) int { return n }, end: (*Session).EOF}
	singly   = driver{take: func(int) int { return 1 }, end: (*Session).EOF}
	unread   = driver{take: func(n int) int { return n }, end: (*Session).EOF, lazy: true}
	stopping = driver{take: func(n int) int { return n }, end: (*Session).Stop}
)

// splitting returns a driver that moves random pieces, small and large ones.
func splitting(seed uint64) driver {
	random := rand.New(rand.NewPCG(seed, 0))
	return driver{
		lazy: seed%2 == 0,
		end:  (*Session).EOF,
		take: func(n int) int {
			if random.IntN(2) == 0 {
				n = min(n, 9)
			}
			return 1 + random.IntN(n)
		},
	}
}

// converse sends input to a new session, and reads all that it owes. Waits are
// deferred, and are over at once.
func (d driver) converse(t require.TestingT, app protocol.App, input string) result {
	s := New(app, Deferred())
	ended := false
	var out strings.Builder
	for turns := 0; ; turns++ {
		if turns > 20_000_000 {
			require.Fail(t, "the conversation does not come to an end")
		}
		read, write, run := s.Want()
		pending := s.Pending()
		_, waits := s.Until()
		if broken := breach(len(pending), read, write, run, waits); broken != "" {
			require.Fail(t, broken)
		}
		switch {
		case s.Done():
			require.False(t, read || write || run || waits, "done, and yet it wants")
			return result{out.String(), !ended}
		case waits:
			s.Resume()
		case write && !d.lazy, write && !run && (!read || input == ""):
			n := d.take(len(pending))
			out.Write(pending[:n])
			s.Sent(n)
		case run:
			s.Step()
		case read && input != "":
			n := min(d.take(len(input)), protocol.ReadSize)
			s.Feed([]byte(input[:n]))
			input = input[n:]
		case read:
			ended = true
			d.end(s)
		default:
			require.Fail(t, "it wants nothing, and isn't done")
		}
	}
}

// breach says which part of its contract a session breaks. (It is called at every
// turn, where assertions would be what the tests spend their time on.)
func breach(owed int, read, write, run, waits bool) string {
	switch {
	case owed > protocol.HighMark+protocol.ReadSize:
		return "it owes more than the mark and one read"
	case write != (owed > 0):
		return "write is not whether something is owed"
	case owed > protocol.HighMark && (read || run):
		return "it goes on above the mark"
	case read && run:
		return "it reads while a step is due"
	case waits && (read || run):
		return "it goes on while it waits"
	}
	return ""
}

// conversation is a row of an application's table.
type conversation struct {
	name, in, out string
	closed        bool // the application closes
}

// hold has each conversation whole, byte by byte, unread, at random splits, and
// with more data after the end.
func hold(t *testing.T, app protocol.App, table []conversation) {
	t.Helper()
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			want := result{c.out, c.closed}
			require.Equal(t, want, whole.converse(t, app, c.in), "whole")
			require.Equal(t, want, singly.converse(t, app, c.in), "byte by byte")
			require.Equal(t, want, unread.converse(t, app, c.in), "unread")
			rapid.Check(t, func(t *rapid.T) {
				d := splitting(rapid.Uint64().Draw(t, "seed"))
				require.Equal(t, want, d.converse(t, app, c.in))
			})
			if c.closed {
				for _, trailing := range []string{"x", "0\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\n\x00"} {
					require.Equal(t, want, whole.converse(t, app, c.in+trailing), "trailing %q", trailing)
					require.Equal(t, want, singly.converse(t, app, c.in+trailing), "trailing %q", trailing)
				}
			}
		})
	}
}

// splitAnywhere is the property of every application: where the input is split
// changes nothing, whether the client or the server ends it.
func splitAnywhere(t *testing.T, app protocol.App, input string, seed uint64) result {
	t.Helper()
	want, stopped := whole.converse(t, app, input), stopping.converse(t, app, input)
	for _, d := range []driver{unread, singly, splitting(seed), splitting(seed + 1)} {
		require.Equal(t, want, d.converse(t, app, input))
		d.end = (*Session).Stop
		require.Equal(t, stopped, d.converse(t, app, input))
	}
	if app != protocol.Count {
		require.Equal(t, want, stopped, "EOF and Stop differ")
	}
	return want
}
