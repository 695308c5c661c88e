package engine

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Traffic is what is asked on a connection and what must come back.
type Traffic struct {
	kind   kind
	bytes  int // echo: of a request
	number int // work: N, or the mean of N; wait: milliseconds
	host   string
	path   string
}

type kind uint8

const (
	kindEcho kind = iota + 1
	kindHTTP
	kindHTTPOnce
	kindWork
	kindWorkMean
	kindWait
)

// Echo sends requests of that many random bytes and expects them back. The
// bytes differ between connections and from one request to the next, so that
// crossed and stale replies are found; from about 4 bytes on, surely enough.
func Echo(bytes int) Traffic { return Traffic{kind: kindEcho, bytes: bytes} }

// Get sends HTTP/1.1 GET requests for path, with that Host field, over
// connections that are kept alive. Each reply is framed by Content-Length or
// chunks (RFC 9112, section 6), and its status and body must equal the first one's.
func Get(host, path string) Traffic { return Traffic{kind: kindHTTP, host: host, path: path} }

// GetOnce sends as Get does, but a request on each connection and with
// "Connection: close" in it: that is for Churn. The end of the connection may
// end the reply, too, as with servers that know neither Content-Length nor chunks.
func GetOnce(host, path string) Traffic {
	return Traffic{kind: kindHTTPOnce, host: host, path: path}
}

// once: a connection ends with its first reply.
func (t Traffic) once() bool { return t.kind == kindHTTPOnce }

func (t Traffic) check(pipeline int) error {
	switch t.kind {
	case kindHTTP, kindHTTPOnce:
		if !strings.HasPrefix(t.path, "/") {
			return fmt.Errorf("path %q: it must begin with /", t.path)
		}
		if strings.ContainsAny(t.host+t.path, " \r\n\t") {
			return fmt.Errorf("address %q: no white space may be in it", t.host+t.path)
		}
	case kindWork, kindWorkMean, kindWait:
		return t.checkLine()
	default:
		if t.bytes < 1 || t.bytes > MaxRequest/pipeline {
			return fmt.Errorf("requests of %d bytes: choose 1 to %d (%d with a pipeline of %d)", t.bytes, MaxRequest, MaxRequest/pipeline, pipeline)
		}
	}
	return nil
}

// args are the traffic as a part of a worker's command line; parseArgs is the inverse.
func (t Traffic) args() []string {
	number := strconv.Itoa(t.number)
	switch t.kind {
	case kindHTTP:
		return []string{"-host", t.host, "-path", t.path}
	case kindHTTPOnce:
		return []string{"-host", t.host, "-path", t.path, "-once", "1"}
	case kindWork:
		return []string{"-work", number}
	case kindWorkMean:
		return []string{"-workmean", number}
	case kindWait:
		return []string{"-wait", number}
	}
	return []string{"-bytes", strconv.Itoa(t.bytes)}
}

// tape is an endless text: a ring of bytes that a connection reads from its own
// position on. Its beginning is repeated behind its end, so that what one call
// may take is always one piece.
type tape struct {
	text []byte
	ring int // bytes until it repeats
	unit int // bytes of one request, or of one reply; 0: lines of several lengths
}

// script is the traffic made ready: one tape to send, one to compare with.
type script struct {
	ask  tape
	want tape // of HTTP: the first good reply, filled in when it is known
	http bool
	echo bool  // bytes come back as they are sent; otherwise a whole request is answered
	asks []int // lines of several lengths: where each begins in its ring
}

func (t Traffic) script(pipeline int) script {
	switch t.kind {
	case kindHTTP, kindHTTPOnce:
		end := "User-Agent: c10klab\r\n\r\n"
		if t.once() {
			end = "Connection: close\r\n" + end
		}
		return script{ask: repeated(fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n", t.path, t.host)+end, pipeline), http: true}
	case kindWork, kindWorkMean, kindWait:
		return t.lineScript(pipeline)
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
	return script{ask: both, want: both, echo: true}
}

// repeated is the tape of requests, or replies, that are all alike.
func repeated(one string, pipeline int) tape {
	return tape{text: []byte(strings.Repeat(one, pipeline+1)), ring: len(one), unit: len(one)}
}

// start is where connection i begins to send and to compare. Requests that are
// all alike begin at 0, those of echo differ for as many connections as the ring is long.
func (s *script) start(i int) (send, recv uint32) {
	switch {
	case s.echo:
		at := uint32(i * 24007 % s.ask.ring)
		return at, at
	case s.asks != nil:
		line := i * lineStride % len(s.asks)
		return uint32(s.asks[line]), uint32(line * s.want.unit)
	}
	return 0, 0
}

// after is the position n bytes further on.
func (t *tape) after(pos uint32, n int) uint32 {
	p := int(pos) + n
	if p >= t.ring {
		p %= t.ring
	}
	return uint32(p)
}

// next is the length of the n requests that follow the owed bytes behind pos.
func (t *tape) next(pos uint32, owed int32, n int) int32 {
	if t.unit > 0 {
		return int32(n * t.unit)
	}
	return t.lines(pos, owed, n)
}

// lines is next where the requests are lines of several lengths.
func (t *tape) lines(pos uint32, owed int32, n int) int32 {
	from := t.after(pos, int(owed))
	total := 0
	for range n {
		line := bytes.IndexByte(t.text[from:], '\n') + 1
		from = t.after(from, line)
		total += line
	}
	return int32(total)
}
