package session

import (
	"bytes"
	"strings"
)

// parseStart takes a request line (RFC 9112, 3): method, target and version, with
// one space between them.
func (r *request) parseStart(line []byte, used int) int {
	name, rest, _ := bytes.Cut(line, []byte(" "))
	target, version, _ := bytes.Cut(rest, []byte(" "))
	digits, named := bytes.CutPrefix(version, []byte("HTTP/"))
	if !named || len(digits) != 3 || !isDigit(digits[0]) || digits[1] != '.' || !isDigit(digits[2]) || !isToken(name) {
		return r.fail(400, "malformed request line")
	}
	if digits[0] != '1' {
		return r.fail(505, "this is an HTTP/1.1 server")
	}
	if digits[2] != '0' {
		r.minor = 1
	}
	for _, c := range target {
		if c <= ' ' || c >= 0x7f || c == '#' {
			return r.fail(400, "malformed request target")
		}
	}
	switch string(name) {
	case "GET":
		r.method = get
	case "HEAD":
		r.method = head
	case "POST":
		r.method = post
	case "CONNECT": // its target is a host and a port; the page refuses the method
		r.route = root
		return used
	}
	if !r.parseTarget(target) {
		return r.fail(400, "malformed request target")
	}
	return used
}

// parseTarget takes the origin form ("/path?query"), the absolute form
// ("http://host/path?query") or "*".
func (r *request) parseTarget(target []byte) bool {
	if string(target) == "*" {
		return true
	}
	if len(target) == 0 {
		return false
	}
	if target[0] != '/' {
		scheme, rest, _ := bytes.Cut(target, []byte("://"))
		if !is(scheme, "http") && !is(scheme, "https") {
			return false
		}
		authority := bytes.IndexAny(rest, "/?")
		if authority < 0 {
			authority = len(rest)
		}
		if authority == 0 {
			return false
		}
		target = rest[authority:]
	}
	path, _, _ := bytes.Cut(target, []byte("?"))
	path, ok := appendDecoded(path[:0], path, false)
	switch string(path) {
	case "", "/":
		r.route = root
	case "/params":
		r.route = params
	}
	return ok
}

// cutField splits a header or trailer field (RFC 9110, 5). A space before the
// colon, a line that continues the one before, a "\r" in the middle and a NUL are
// errors: each of them has made two programs read one request as two different ones.
func cutField(line []byte) (name, value []byte, ok bool) {
	name, value, ok = bytes.Cut(line, []byte(":"))
	if !ok || !isToken(name) {
		return nil, nil, false
	}
	for _, c := range value {
		if c < ' ' && c != '\t' || c == 0x7f {
			return nil, nil, false
		}
	}
	return name, bytes.Trim(value, " \t"), true
}

// take remembers what a header field says, if it matters here.
func (r *request) take(name, value []byte, used int) int {
	switch {
	case is(name, "Host"):
		if r.hosts++; r.hosts > 1 || !isHost(value) {
			return r.fail(400, "malformed Host")
		}
	case is(name, "Content-Length"):
		if r.length >= 0 {
			return r.fail(400, "more than one Content-Length")
		}
		if r.length = parseLength(value); r.length < 0 {
			return r.fail(400, "malformed Content-Length")
		}
	case is(name, "Transfer-Encoding"):
		r.addCodings(value)
	case is(name, "Content-Type"):
		if r.typed++; r.typed > 1 {
			return r.fail(400, "more than one Content-Type")
		}
		mediaType, _, _ := bytes.Cut(value, []byte(";"))
		r.form = is(bytes.TrimRight(mediaType, " \t"), "application/x-www-form-urlencoded")
	case is(name, "Connection"):
		for option := range bytes.SplitSeq(value, []byte(",")) {
			option = bytes.Trim(option, " \t")
			r.closing = r.closing || is(option, "close")
			r.keepAlive = r.keepAlive || is(option, "keep-alive")
		}
	case is(name, "Expect"):
		if is(value, "100-continue") {
			r.expects = true
		} else {
			r.refused = true
		}
	}
	return used
}

// addCodings takes a Transfer-Encoding field; several make one list.
func (r *request) addCodings(value []byte) {
	if r.coding == plain {
		r.coding = empty
	}
	for name := range bytes.SplitSeq(value, []byte(",")) {
		name = bytes.Trim(name, " \t")
		bare, _, _ := bytes.Cut(name, []byte(";"))
		switch {
		case len(name) == 0: // a list may have empty elements (RFC 9110, 5.6.1)
		case r.coding == chunked || !isToken(bytes.TrimRight(bare, " \t")):
			r.coding = wrong
		case r.coding == wrong || r.coding == unknown:
		case is(name, "chunked"):
			r.coding = chunked
		default:
			r.coding = unknown
		}
	}
}

// parseLength reads digits; -1 if there is anything else, or nothing. A length
// beyond any bound is returned as some length beyond any bound.
func parseLength(value []byte) int64 {
	if len(value) == 0 {
		return -1
	}
	var n int64
	for _, c := range value {
		if !isDigit(c) {
			return -1
		}
		n = min(n*10+int64(c-'0'), 1<<40)
	}
	return n
}

// parseChunk reads the line before a chunk, its "\n" taken off: hexadecimal
// digits, then extensions after a ";", then "\r". A size above bound is returned
// as some size above it.
func parseChunk(line []byte, bound int) (size int, ok bool) {
	line, ok = bytes.CutSuffix(line, []byte("\r"))
	if !ok {
		return 0, false
	}
	digits := 0
	for ; digits < len(line); digits++ {
		d := hexDigit(line[digits])
		if d < 0 {
			break
		}
		size = min(size<<4|d, bound+1)
	}
	extensions := bytes.TrimLeft(line[digits:], " \t")
	if digits == 0 || len(extensions) > 0 && extensions[0] != ';' {
		return 0, false
	}
	for _, c := range extensions {
		if c < ' ' && c != '\t' || c == 0x7f {
			return 0, false
		}
	}
	return size, true
}

// is compares without regard to the case of ASCII letters.
func is(p []byte, name string) bool {
	if len(p) != len(name) {
		return false
	}
	for i, c := range p {
		if lower(c) != lower(name[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlphanumeric(c byte) bool { return isDigit(c) || 'a' <= lower(c) && lower(c) <= 'z' }

// isToken says whether p is a token (RFC 9110, 5.6.2), as methods and field names are.
func isToken(p []byte) bool {
	for _, c := range p {
		if !isAlphanumeric(c) && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return len(p) > 0
}

// isHost says whether p has only characters that a host and a port have (RFC 3986, 3.2.2).
// It may be empty, for a target that has no host.
func isHost(p []byte) bool {
	for _, c := range p {
		if !isAlphanumeric(c) && strings.IndexByte("-._~!$&'()*+,;=%[]:", c) < 0 {
			return false
		}
	}
	return true
}
