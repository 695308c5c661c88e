package conformance

import (
	"fmt"
	"strings"

	"c10klab/services/protocol"
)

// malformed are requests that no server may answer with anything but 400 (RFC 9112).
var malformed = map[string]string{
	"no request line":            "hello\r\n\r\n",
	"no version":                 "GET /\r\n\r\n",
	"no target":                  "GET HTTP/1.1\r\nHost: lab\r\n\r\n",
	"two spaces":                 "GET  / HTTP/1.1\r\nHost: lab\r\n\r\n",
	"no such version":            "GET / HTTP/one\r\nHost: lab\r\n\r\n",
	"no Host":                    "GET / HTTP/1.1\r\n\r\n",
	"two Hosts":                  "GET / HTTP/1.1\r\nHost: lab\r\nHost: bal\r\n\r\n",
	"a field without a colon":    "GET / HTTP/1.1\r\nHost: lab\r\nnonsense\r\n\r\n",
	"a space before the colon":   "GET / HTTP/1.1\r\nHost : lab\r\n\r\n",
	"no field name":              "GET / HTTP/1.1\r\nHost: lab\r\n: nobody\r\n\r\n",
	"a length that is no number": "POST /params HTTP/1.1\r\nHost: lab\r\nContent-Length: three\r\n\r\na=b",
	"a negative length":          "POST /params HTTP/1.1\r\nHost: lab\r\nContent-Length: -3\r\n\r\na=b",
	"a length with a sign":       "POST /params HTTP/1.1\r\nHost: lab\r\nContent-Length: +3\r\n\r\na=b",
	"two lengths":                "POST /params HTTP/1.1\r\nHost: lab\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\na=bc",
	"a length and chunks":        "POST /params HTTP/1.1\r\nHost: lab\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
	"a chunk size that is none":  "POST /params HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\na=b\r\n0\r\n\r\n",
	"a chunk without its end":    "POST /params HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=bcd\r\n0\r\n\r\n",
}

// pageBounds are bad requests, and requests at the bounds.
func pageBounds() []Case {
	get := request("GET", "/", "")
	return cases(protocol.Page,
		Case{Name: "malformed", Title: "malformed requests get 400, Connection: close, and the close", Quick: true, run: func(s *script) {
			for what, req := range malformed {
				s.note("malformed: %s", what)
				s.refusedWith(400, req)
			}
		}},
		Case{Name: "error-discards", Title: "answers before an error that closes are given, what follows it is discarded", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send(get + "nonsense\r\n\r\n" + get)
			c.expectReply("GET", 200)
			c.closes(c.expectReply("", 400))
		}},
		Case{Name: "head-bound", Title: "a head of 8 KiB is read, one byte more is 431", Quick: true, run: func(s *script) {
			c := s.dial()
			c.fetch("GET", headOf(protocol.MaxHead), 200)
			c.fetch("GET", headOf(protocol.MaxHead), 200)
			c.end()
			s.refusedWith(431, headOf(protocol.MaxHead+1))
		}},
		Case{Name: "head-endless", Title: "a head, or a request line, that never ends is 431 at the bound", Quick: true, run: func(s *script) {
			s.refusedWith(431, headOf(3 * protocol.MaxHead)[:2*protocol.MaxHead])
			s.refusedWith(431, "GET /"+strings.Repeat("y", 2*protocol.MaxHead))
		}},
		Case{Name: "body-bound", Title: "a body of 64 KiB is read, one byte more is 413", Quick: true, run: func(s *script) {
			full := "a=" + strings.Repeat("b", protocol.MaxBody-2)
			c := s.dial()
			want := c.fetch("POST", form(full), 200)
			c.ask(chunked(full[:1000], full[1000:]), want.raw)
			c.ask(get, c.fetch("GET", get, 200).raw)
			c.end()
			s.refusedWith(413, form(full+"b"))
			s.refusedWith(413, chunked(full, "b"))
		}},
		Case{Name: "body-announced", Title: "a length over the bound is 413 before the body comes, however large", Quick: true, run: func(s *script) {
			for _, length := range []string{"65537", "4294967297", "18446744073709551617", strings.Repeat("9", 100)} {
				s.refusedWith(413, "POST /params HTTP/1.1\r\nHost: lab\r\nContent-Length: "+length+"\r\n\r\n")
			}
			s.refusedWith(413, "POST /params HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n")
		}},
		Case{Name: "lingers", Title: "an error reply arrives whole although the client goes on sending the body", Quick: true, run: func(s *script) {
			c := s.dial()
			body := noise(512 << 10)
			c.send(get + fmt.Sprintf("POST /params HTTP/1.1\r\nHost: lab\r\nContent-Length: %d\r\n\r\n", len(body)))
			for part := range 32 { // a server that closes at once answers these with a reset
				c.send(body[part<<14 : (part+1)<<14])
			}
			c.halfClose()
			c.expectReply("GET", 200)
			c.closes(c.expectReply("POST", 413))
		}},
		Case{Name: "unfinished", Title: "a request cut short by the end of file ends the conversation, and no other", Quick: true, run: func(s *script) {
			for _, part := range []string{get[:5], get[:len(get)-2], form("a=b")[:len(form("a=b"))-1], chunked("a=b")[:len(chunked("a=b"))-4]} {
				c := s.dial()
				page := c.fetch("GET", get, 200)
				c.send(part)
				c.halfClose()
				if p, err := c.chunk(1); err == nil && string(p) == "H" { // 400 is allowed, 200 is not
					if line, _ := c.line(); !strings.HasPrefix("H"+line, "HTTP/1.1 400 ") {
						s.fail("%s: sent %s and the end; expected the end, or 400, got %s", c.name, quote(part), quote("H"+line))
					}
				} else if c.say(err) != "the end of file" {
					s.fail("%s: sent %s and the end; expected the end, or 400, got %s", c.name, quote(part), got(string(p), c.say(err)))
				}
				c.leave()
				next := s.dial()
				next.ask(get, page.raw)
				next.end()
				next.leave()
			}
		}},
	)
}

// refusedWith sends a request on a connection of its own, and expects that
// status, Connection: close, and the close.
func (s *script) refusedWith(status int, req string) {
	c := s.dial()
	c.closes(c.fetch("", req, status))
	c.leave()
}

// headOf is a GET whose head, its empty line included, has exactly n bytes.
func headOf(n int) string {
	without := len(request("GET", "/", "", "X: "))
	return request("GET", "/", "", "X: "+strings.Repeat("y", n-without))
}
