package engine

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// maxReply bounds what one HTTP reply may hold, head and body.
const maxReply = 64 << 20

// takeHTTP completes the HTTP replies in p. Nearly every reply equals the last
// good one byte for byte and comes in one piece; others are put together and
// parsed, and then status and body decide (a Date field may change).
func (g *Group) takeHTTP(c *conn, i int, p []byte) {
	done := 0
	for len(p) > 0 {
		if done == int(c.out) {
			g.fail(c, &g.errors.Mismatch, "connection %d: %d bytes more than were asked for", i, len(p))
			return
		}
		last := g.page.text
		if len(g.pieces[i]) == 0 && len(last) > 0 && bytes.HasPrefix(p, last) {
			p = p[len(last):]
			done++
			continue
		}
		whole := append(g.pieces[i], p...)
		r, err := parseReply(whole, g.page.room[:0])
		g.page.room = r.room
		if errors.Is(err, errIncomplete) && len(whole) <= maxReply {
			g.pieces[i] = whole
			break
		}
		if err != nil {
			g.fail(c, &g.errors.Status, "connection %d: %v", i, err)
			return
		}
		if r.last {
			g.fail(c, &g.errors.Closed, "connection %d: the server ends it after a reply (Connection: close); it must keep its connections alive here", i)
			return
		}
		if count, reason := g.page.judge(&g.errors, r, whole[:r.size]); count != nil {
			g.fail(c, count, "connection %d: %s", i, reason)
			return
		}
		p = p[len(p)-(len(whole)-r.size):]
		g.pieces[i] = whole[:0]
		done++
	}
	if done > 0 {
		g.complete(c, i, done)
	}
}

// page is what all replies of HTTP must equal.
type page struct {
	text []byte // the last good reply, as it came
	body []byte // the first one's, decoded
	room []byte // to decode chunks in
}

// judge compares a parsed reply with the first one and remembers its text. Of a
// wrong one it returns which of errs it counts as, and why.
func (p *page) judge(errs *Errors, r reply, text []byte) (count *int, reason string) {
	if r.status >= 400 {
		return &errs.Status, fmt.Sprintf("the server answered with status %d", r.status)
	}
	if p.text == nil {
		p.body = bytes.Clone(r.body)
	}
	if !bytes.Equal(r.body, p.body) {
		return &errs.Mismatch, p.difference(r.body)
	}
	p.text = append(p.text[:0], text...)
	return nil, ""
}

func (p *page) difference(body []byte) string {
	at := 0
	for at < len(body) && at < len(p.body) && body[at] == p.body[at] {
		at++
	}
	if at == len(body) || at == len(p.body) {
		return fmt.Sprintf("a body of %d bytes, the first reply's had %d", len(body), len(p.body))
	}
	return fmt.Sprintf("offset %d of the body: expected 0x%02x, got 0x%02x", at, p.body[at], body[at])
}

// reply is one parsed HTTP reply.
type reply struct {
	status int
	size   int    // bytes of it on the wire
	last   bool   // the server closes the connection after it
	body   []byte // decoded
	room   []byte // where chunks were decoded, to be used again
}

var (
	errIncomplete = errors.New("the reply is incomplete")
	errUntilEnd   = errors.New("a reply with neither Content-Length nor chunks: its end is the connection's")
)

// parseReply reads one reply to a GET from the beginning of p (RFC 9112): its
// body ends by Content-Length or by chunks, for only those keep a connection alive.
// With errUntilEnd the reply's size is its head's, and the rest its body so far.
func parseReply(p, room []byte) (reply, error) {
	r := reply{room: room}
	head, rest, found := bytes.Cut(p, []byte("\r\n\r\n"))
	if !found {
		if len(p) >= 5 && !bytes.HasPrefix(p, []byte("HTTP/")) {
			return r, fmt.Errorf("no HTTP: the reply begins with %q", p[:min(len(p), 20)])
		}
		return r, errIncomplete
	}
	line, fields, _ := bytes.Cut(head, []byte("\r\n"))
	status, err := parseStatus(line)
	if err != nil {
		return r, err
	}
	r.status = status
	length, chunked, err := r.framing(fields)
	if err != nil {
		return r, err
	}
	r.size = len(head) + 4
	switch {
	case status == 204 || status == 304:
		return r, nil
	case chunked:
		n, err := r.dechunk(rest)
		r.size += n
		return r, err
	case length < 0:
		return r, errUntilEnd
	case len(rest) < length:
		return r, errIncomplete
	}
	r.body = rest[:length]
	r.size += length
	return r, nil
}

// parseStatus reads "HTTP/1.1 200 OK".
func parseStatus(line []byte) (int, error) {
	if len(line) >= 12 && bytes.HasPrefix(line, []byte("HTTP/1.")) && line[8] == ' ' {
		if status, err := strconv.Atoi(string(line[9:12])); err == nil && status >= 200 {
			return status, nil
		}
	}
	return 0, fmt.Errorf("no HTTP/1 status line: %q", line[:min(len(line), 40)])
}

// framing finds what ends the body, and the connection; length is -1 where no field says it.
func (r *reply) framing(fields []byte) (length int, chunked bool, err error) {
	length = -1
	for len(fields) > 0 {
		var field []byte
		field, fields, _ = bytes.Cut(fields, []byte("\r\n"))
		name, value, _ := bytes.Cut(field, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 || length > maxReply {
				return -1, false, fmt.Errorf("Content-Length of %q", value)
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("Connection")):
			r.last = bytes.EqualFold(value, []byte("close"))
		}
	}
	return length, chunked, nil
}

// dechunk decodes a chunked body into r.room and returns its bytes on the wire.
func (r *reply) dechunk(p []byte) (int, error) {
	total := 0
	for {
		line, rest, found := bytes.Cut(p, []byte("\r\n"))
		if !found {
			return total, errIncomplete
		}
		digits, _, _ := bytes.Cut(line, []byte(";"))
		size, err := strconv.ParseUint(string(bytes.TrimSpace(digits)), 16, 32)
		if err != nil || size > maxReply {
			return total, fmt.Errorf("a chunk's size of %q", line[:min(len(line), 20)])
		}
		total += len(line) + 2
		if size == 0 {
			n, err := trailer(rest)
			r.body = r.room
			return total + n, err
		}
		if len(rest) < int(size)+2 {
			return total, errIncomplete
		}
		if rest[size] != '\r' || rest[size+1] != '\n' {
			return total, fmt.Errorf("a chunk of %d bytes does not end with a line's end", size)
		}
		r.room = append(r.room, rest[:size]...)
		total += int(size) + 2
		p = rest[size+2:]
	}
}

// trailer is the length of the trailer fields and the empty line that ends them.
func trailer(p []byte) (int, error) {
	total := 0
	for {
		line, rest, found := bytes.Cut(p, []byte("\r\n"))
		if !found {
			return total, errIncomplete
		}
		total += len(line) + 2
		if len(line) == 0 {
			return total, nil
		}
		p = rest
	}
}
