package engine

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Traffic is what is asked on a connection and what must come back.
type Traffic struct {
	kind  kind
	bytes int
	host  string
	path  string
}

type kind uint8

const (
	kindEcho kind = iota + 1
	kindHTTP
)

// Echo sends requests of that many random bytes and expects them back. The
// bytes differ between connections and from one request to the next, so that
// crossed and stale replies are found; from about 4 bytes on, surely enough.
func Echo(bytes int) Traffic { return Traffic{kind: kindEcho, bytes: bytes} }

// Get sends HTTP/1.1 GET requests for path, with that Host field, over
// connections that are kept alive. Each reply is framed by Content-Length or
// chunks (RFC 9112, section 6), and its status and body must equal the first one's.
func Get(host, path string) Traffic { return Traffic{kind: kindHTTP, host: host, path: path} }

func (t Traffic) http() bool { return t.kind == kindHTTP }

func (t Traffic) check(pipeline int) error {
	if t.http() {
		if !strings.HasPrefix(t.path, "/") {
			return fmt.Errorf("path %q: it must begin with /", t.path)
		}
		if strings.ContainsAny(t.host+t.path, " \r\n\t") {
			return fmt.Errorf("address %q: no white space may be in it", t.host+t.path)
		}
		return nil
	}
	if t.bytes < 1 || t.bytes > MaxRequest/pipeline {
		return fmt.Errorf("requests of %d bytes: choose 1 to %d (%d with a pipeline of %d)", t.bytes, MaxRequest, MaxRequest/pipeline, pipeline)
	}
	return nil
}

// tape is an endless text: a ring of bytes that a connection reads from its own
// position on. Its beginning is repeated behind its end, so that what one call
// may take is always one piece.
type tape struct {
	text []byte
	ring int // bytes until it repeats
	unit int // bytes of one request, or of one reply
}

// script is the traffic made ready: one tape to send, one to compare with.
type script struct {
	ask  tape
	want tape // of HTTP: the first good reply, filled in when it is known
	http bool
}

func (t Traffic) script(pipeline int) script {
	if t.http() {
		request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: c10klab\r\n\r\n", t.path, t.host)
		ask := tape{text: []byte(strings.Repeat(request, pipeline+1)), ring: len(request), unit: len(request)}
		return script{ask: ask, http: true}
	}
	ring := 65521 // a prime: requests of any usual length come back to a position late
	if t.bytes%ring == 0 {
		ring = 65519
	}
	text := make([]byte, ring+t.bytes*pipeline)
	random := rand.New(rand.NewPCG(7007, 10086))
	for i := range ring {
		text[i] = byte(random.Uint32())
	}
	for i := ring; i < len(text); i++ {
		text[i] = text[i-ring]
	}
	both := tape{text: text, ring: ring, unit: t.bytes}
	return script{ask: both, want: both}
}

// start is where connection i begins to read: requests of HTTP are all alike,
// those of echo differ for as many connections as the ring is long.
func (s *script) start(i int) uint32 {
	if s.http {
		return 0
	}
	return uint32(i * 24007 % s.ask.ring)
}

// after is the position n bytes further on.
func (t *tape) after(pos uint32, n int) uint32 {
	p := int(pos) + n
	if p >= t.ring {
		p %= t.ring
	}
	return uint32(p)
}
