package session

import (
	"bytes"
	"sync"

	"c10klab/services/protocol"
)

// request reads one HTTP/1.1 request (RFC 9112) from whatever pieces it comes
// in: each call of read uses what it can and leaves only an unfinished line, so
// that input one byte at a time costs no more than its length. What a field says
// is taken when its line is read; no line is kept.
type request struct {
	phase   phase // what is read next; nil when the request is whole or has failed
	status  int   // the failure's status code; 0: none
	reason  string
	scanned int // bytes of an unfinished line that hold no "\n"
	blanks  int // empty lines before the request line
	section int // bytes of the head, or of the trailer section, so far

	method    method
	route     route
	minor     byte // of HTTP/1.x: 0, or 1 for 1 and above
	hosts     int
	typed     int   // Content-Type fields
	form      bool  // the last of them names a form's type
	length    int64 // Content-Length; -1: none
	coding    coding
	keepAlive bool // Connection: keep-alive
	closing   bool // Connection: close
	expects   bool // Expect: 100-continue
	inform    bool // the head is whole, and the client waits for a 100 before it sends the body
	refused   bool // Expect: something else

	left   int    // bytes to come of the body, or of its chunk
	total  int    // bytes of the body so far, the announced ones of this chunk included
	body   buffer // the body, if the page wants it
	fields []byte // what the answer has still to show of the body, decoded
}

// phase reads one element from the front of in and sets the next phase. It
// returns how many bytes it used; 0: the element isn't whole, or the request has
// failed. Bounds are exact, so that a failure doesn't depend on where input is split.
type phase func(r *request, in []byte) (used int)

type method uint8

const (
	otherMethod method = iota
	get
	head
	post
)

type route uint8

const (
	nowhere route = iota
	root          // "/"
	params        // "/params"
)

type coding uint8

const (
	plain   coding = iota // no Transfer-Encoding
	empty                 // the field, but no coding
	chunked               // chunked, once and last
	unknown               // another coding, which this server doesn't have
	wrong                 // not a list of codings, or chunked not last
)

// maxBlanks is the most empty lines tolerated before a request line (RFC 9112, 2.2).
const maxBlanks = 2

var requests = sync.Pool{New: func() any { return new(request) }}

func newRequest() *request {
	r := requests.Get().(*request)
	*r = request{phase: (*request).readStart, length: -1}
	return r
}

func (r *request) release() {
	r.body.release()
	requests.Put(r)
}

// read uses what it can of in. The request is whole, or has failed, when phase is nil.
func (r *request) read(in []byte) (used int) {
	for r.phase != nil {
		n := r.phase(r, in[used:])
		if n == 0 {
			break
		}
		used += n
	}
	return used
}

// fail ends the request with an error reply. Errors of framing are final: nobody
// can tell where the next request would begin.
func (r *request) fail(status int, reason string) int {
	r.phase, r.status, r.reason = nil, status, reason
	return 0
}

// line cuts a line that ends within bound bytes, its "\n" taken off. used is 0 while
// it isn't whole; over says that it can't end within the bound any more.
func (r *request) line(in []byte, bound int) (line []byte, used int, over bool) {
	window := in[:min(len(in), bound)]
	i := bytes.IndexByte(window[r.scanned:], '\n')
	if i < 0 {
		r.scanned = len(window)
		return nil, 0, len(window) == bound
	}
	i += r.scanned
	r.scanned = 0
	return window[:i], i + 1, false
}

// sectionLine cuts a line of the head or of the trailer section, which end with
// "\r\n" or "\n" and together hold at most protocol.MaxHead bytes.
func (r *request) sectionLine(in []byte) (line []byte, used int) {
	line, used, over := r.line(in, protocol.MaxHead-r.section)
	if over {
		return nil, r.fail(431, "more than 8192 bytes of head or trailers")
	}
	r.section += used
	return bytes.TrimSuffix(line, []byte("\r")), used
}

func (r *request) readStart(in []byte) int {
	line, used := r.sectionLine(in)
	if used == 0 {
		return 0
	}
	if len(line) > 0 {
		r.phase = (*request).readField
		return r.parseStart(line, used)
	}
	r.section = 0
	if r.blanks++; r.blanks > maxBlanks {
		return r.fail(400, "no request line")
	}
	return used
}

func (r *request) readField(in []byte) int {
	line, used := r.sectionLine(in)
	switch {
	case used == 0:
		return 0
	case len(line) == 0:
		return r.endHead(used)
	}
	name, value, ok := cutField(line)
	if !ok {
		return r.fail(400, "malformed header field")
	}
	return r.take(name, value, used)
}

// endHead decides how the body is framed (RFC 9112, 6.3). A request whose body
// has two lengths is refused: whoever stands in front may have believed the other.
func (r *request) endHead(used int) int {
	switch {
	case r.minor > 0 && r.hosts == 0:
		return r.fail(400, "no Host")
	case r.coding == wrong || r.coding == empty:
		return r.fail(400, "malformed Transfer-Encoding")
	case r.coding == unknown:
		return r.fail(501, "unknown transfer coding")
	case r.coding == chunked && r.length >= 0:
		return r.fail(400, "both Transfer-Encoding and Content-Length")
	case r.coding == chunked && r.minor == 0:
		return r.fail(400, "Transfer-Encoding in HTTP/1.0")
	case r.length > protocol.MaxBody:
		return r.fail(413, "more than 65536 bytes of body")
	case r.refused && r.minor > 0:
		return r.fail(417, "unknown expectation")
	case r.coding == chunked:
		r.phase = (*request).readChunk
	case r.length > 0:
		r.left = int(r.length)
		r.phase = (*request).readBody
	default:
		r.phase = nil
	}
	// It is informed even if the body is here already: replies may not depend on that.
	r.inform = r.expects && r.minor > 0 && r.phase != nil
	return used
}
