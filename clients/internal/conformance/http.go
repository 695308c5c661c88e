package conformance

import (
	"fmt"
	"net/http"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
)

// reply is one HTTP reply, taken byte for byte: net/http would forgive what the
// page must not do.
type reply struct {
	raw    string // head and body, as they came
	status int
	header http.Header
	body   string
}

// request writes an HTTP/1.1 request; fields are whole lines without their ends.
func request(method, path, body string, fields ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: lab\r\n", method, path)
	for _, f := range fields {
		b.WriteString(f + "\r\n")
	}
	if body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	return b.String() + "\r\n" + body
}

// form is a POST of the form with that body.
func form(body string, fields ...string) string {
	return request("POST", "/params", body, append(fields, "Content-Type: application/x-www-form-urlencoded")...)
}

// chunked is a POST of the form in chunks.
func chunked(chunks ...string) string {
	var b strings.Builder
	b.WriteString(request("POST", "/params", "", "Content-Type: application/x-www-form-urlencoded", "Transfer-Encoding: chunked"))
	for _, p := range chunks {
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(p), p)
	}
	return b.String() + "0\r\n\r\n"
}

// head is the reply without its body, which a HEAD must be answered with.
func (r *reply) head() string { return strings.TrimSuffix(r.raw, r.body) }

// expectReply reads one reply to a request of that method and checks what holds
// for every reply: its status, HTTP/1.1, a Content-Length, no Date, a media type.
func (c *client) expectReply(method string, status int) *reply {
	r := &reply{header: http.Header{}}
	for {
		line, err := c.line()
		r.raw += line
		if err != nil {
			c.unexpected(fmt.Sprintf("the head of a reply with status %d", status), r.raw, c.say(err))
		}
		if line == "\r\n" {
			break
		}
		r.take(c, line)
	}
	if r.status != status {
		c.unexpected(fmt.Sprintf("status %d", status), r.raw, "")
	}
	r.check(c)
	if n := r.length(c); method != "HEAD" && n > 0 {
		r.body = c.take(n)
		r.raw += r.body
	}
	return r
}

// take reads one line of the head.
func (r *reply) take(c *client, line string) {
	text, ended := strings.CutSuffix(line, "\r\n")
	if !ended {
		c.unexpected(`a head whose lines end with \r\n`, line, "")
	}
	if r.status == 0 {
		version, rest, _ := strings.Cut(text, " ")
		code, _, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(code)
		if version != "HTTP/1.1" || err != nil || len(code) != 3 {
			c.unexpected("a status line of HTTP/1.1", line, "")
		}
		r.status = n
		return
	}
	name, value, found := strings.Cut(text, ":")
	if !found || name == "" || strings.ContainsAny(name, " \t") {
		c.unexpected("a header field", line, "")
	}
	r.header.Add(textproto.CanonicalMIMEHeaderKey(name), strings.TrimSpace(value))
}

func (r *reply) check(c *client) {
	if r.header.Get("Date") != "" {
		c.s.fail("%s: expected no Date header, so that replies are the same bytes, got %q", c.name, "Date: "+r.header.Get("Date"))
	}
	if r.header.Get("Content-Type") == "" {
		c.s.fail("%s: expected a Content-Type in the reply with status %d, got %s", c.name, r.status, quote(r.raw))
	}
}

func (r *reply) length(c *client) int {
	n, err := strconv.Atoi(r.header.Get("Content-Length"))
	if err != nil || n < 0 {
		c.s.fail("%s: expected a Content-Length in the reply with status %d, got %s", c.name, r.status, quote(r.raw))
	}
	return n
}

// closes fails unless the reply announces that the connection ends, and it does.
func (c *client) closes(r *reply) {
	if !strings.EqualFold(r.header.Get("Connection"), "close") {
		c.unexpected(fmt.Sprintf(`"Connection: close" in the reply with status %d`, r.status), r.head(), "")
	}
	c.expectEOF()
}

// take reads exactly n bytes, whatever they are.
func (c *client) take(n int) string {
	var b strings.Builder
	for b.Len() < n {
		p, err := c.chunk(n - b.Len())
		if err != nil {
			c.s.fail("%s: %s; expected a body of %d bytes, got %d, then %s", c.name, &c.sent, n, b.Len(), c.say(err))
		}
		b.Write(p)
	}
	return b.String()
}

// contains fails unless the body has each of the pieces.
func (r *reply) contains(c *client, pieces ...string) {
	for _, p := range pieces {
		if !strings.Contains(r.body, p) {
			c.unexpected(fmt.Sprintf("a page with %q in it", p), r.body, "")
		}
	}
}

// lacks fails if the body has any of the pieces.
func (r *reply) lacks(c *client, pieces ...string) {
	for _, p := range pieces {
		if strings.Contains(r.body, p) {
			c.unexpected(fmt.Sprintf("a page without %q in it", p), r.body, "")
		}
	}
}

var inputName = regexp.MustCompile(`(?i)<(?:input|textarea)\b[^>]*\bname="([^"]+)"`)

// fields returns the names of the form's fields.
func (r *reply) fields() []string {
	var names []string
	for _, m := range inputName.FindAllStringSubmatch(r.body, -1) {
		names = append(names, m[1])
	}
	return names
}
