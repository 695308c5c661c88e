package session

import (
	_ "embed"
	"strconv"
	"strings"

	"c10klab/services/protocol"
)

// page is a small web site over HTTP/1.1: a form at "/", and at "/params" a page
// that shows what the form sent. It is written by hand, for net/http would cost
// every process start a millisecond, and would bring its own concurrency model.
type page struct{}

var (
	//go:embed index.html
	index string
	//go:embed params.html
	paramsPage string

	paramsHead, paramsTail, _ = strings.Cut(paramsPage, "<!-- fields -->\n")
)

const (
	noFields   = "<p>No field at all.</p>\n"
	tableStart = "<table>\n<tr><th>" // in HTML the rows and cells of a table need no end tags
	tableEnd   = "</table>\n"
)

// shown is what each byte of a decoded form becomes on the page.
var shown = func() (t [256]string) {
	for i := range t {
		t[i] = string([]byte{byte(i)})
	}
	for c := range 0x20 { // control characters are not allowed in HTML: show their pictures
		t[c] = string(rune(0x2400 + c))
	}
	t['\t'], t['\n'], t['\r'], t[0x7f] = "\t", "\n", "\r", "\u2421"
	t['&'], t['<'], t['>'], t['"'], t['\''] = "&amp;", "&lt;", "&gt;", "&#34;", "&#39;"
	t[nameEnd], t[fieldEnd] = "<td>", "<tr><th>"
	return t
}()

func (page) start(*Session) {}

func (page) step(s *Session) bool {
	if s.flags&talking != 0 {
		s.request.showFields(s)
		return true
	}
	if s.request == nil {
		s.request = newRequest()
	}
	r := s.request
	s.in.drop(r.read(s.in.bytes()))
	if r.inform {
		r.inform = false
		s.say("HTTP/1.1 100 Continue\r\n\r\n")
	}
	if r.phase != nil {
		return false
	}
	r.answer(s)
	return true
}

// end says nothing: a request that isn't whole gets no answer.
func (page) end(*Session) {}

// answer replies to a whole request, or to one that can't be read on.
func (r *request) answer(s *Session) {
	switch {
	case r.status != 0:
		r.refuse(s, "")
	case r.route == nowhere:
		r.fail(404, "nothing is here")
		r.refuse(s, "")
	case r.route == root && r.method != get && r.method != head:
		r.fail(405, "this page is for GET and HEAD")
		r.refuse(s, "Allow: GET, HEAD\r\n")
	case r.route == root:
		r.begin(s, "text/html", len(index), "")
		if r.method == get {
			s.say(index)
		}
		r.finish(s)
	case r.method != post:
		r.fail(405, "this page is for POST")
		r.refuse(s, "Allow: POST\r\n")
	case !r.form:
		r.fail(415, "send application/x-www-form-urlencoded")
		r.refuse(s, "")
	default:
		r.answerForm(s)
	}
}

// answerForm begins the page that shows the fields. Escaped, 64 KiB can become
// 600, which is more than may be owed at once, so showFields goes on piece by piece.
func (r *request) answerForm(s *Session) {
	fields, ok := decodeForm(r.body.bytes())
	if !ok {
		r.fail(400, "malformed form")
		r.refuse(s, "")
		return
	}
	r.fields = fields
	length := len(paramsHead) + len(paramsTail)
	if len(fields) == 0 {
		r.begin(s, "text/html", length+len(noFields), "")
		s.say(paramsHead)
		s.say(noFields)
		s.say(paramsTail)
		r.finish(s)
		return
	}
	for _, c := range fields {
		length += len(shown[c])
	}
	r.begin(s, "text/html", length+len(tableStart)+len(tableEnd), "")
	s.say(paramsHead)
	s.say(tableStart)
	s.flags |= talking
}

// showFields owes the next piece of the page, about 32 KiB.
func (r *request) showFields(s *Session) {
	const room = protocol.ReadSize / 2
	limit := s.out.len() + room
	for len(r.fields) > 0 && s.out.len() < limit {
		s.say(shown[r.fields[0]])
		r.fields = r.fields[1:]
	}
	if len(r.fields) == 0 {
		s.say(tableEnd)
		s.say(paramsTail)
		r.finish(s)
	}
}

// refuse replies with an error. Where the next request begins is known only after
// a request that was whole: otherwise, and after a 400, the conversation ends.
func (r *request) refuse(s *Session, field string) {
	if r.status != 404 && r.status != 405 && r.status != 415 {
		r.closing = true
	}
	text := strconv.Itoa(r.status) + " " + statusText(r.status) + ": " + r.reason + "\n"
	r.begin(s, "text/plain", len(text), field)
	if r.method != head {
		s.say(text)
	}
	r.finish(s)
}

// begin owes a reply's head. There is no Date: replies are the same bytes each time.
func (r *request) begin(s *Session, media string, length int, field string) {
	status := max(r.status, 200) // 0: nothing failed
	s.out.grow(256 + min(length, 8<<10))
	s.say("HTTP/1.1 ")
	s.sayInt(int64(status))
	s.say(" ")
	s.say(statusText(status))
	s.say("\r\nContent-Type: ")
	s.say(media)
	s.say("; charset=utf-8\r\nContent-Length: ")
	s.sayInt(int64(length))
	s.say("\r\n")
	s.say(field)
	switch {
	case !r.persistent():
		s.say("Connection: close\r\n")
	case r.minor == 0:
		s.say("Connection: keep-alive\r\n")
	}
	s.say("\r\n")
}

// finish makes room for the next request, or closes.
func (r *request) finish(s *Session) {
	last := !r.persistent()
	s.flags &^= talking
	s.request = nil
	r.release()
	if last {
		s.close()
	}
}

// persistent reports whether the connection stays open after this request (RFC 9112, 9.3).
func (r *request) persistent() bool {
	return !r.closing && (r.minor > 0 || r.keepAlive)
}

func statusText(status int) string {
	switch status {
	case 200:
		return "OK"
	case 400:
		return "Bad Request"
	case 404:
		return "Not Found"
	case 405:
		return "Method Not Allowed"
	case 413:
		return "Content Too Large"
	case 415:
		return "Unsupported Media Type"
	case 417:
		return "Expectation Failed"
	case 431:
		return "Request Header Fields Too Large"
	case 501:
		return "Not Implemented"
	case 505:
		return "HTTP Version Not Supported"
	}
	return "Error"
}
