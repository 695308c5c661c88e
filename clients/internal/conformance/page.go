package conformance

import (
	"net/url"
	"strings"

	"c10klab/services/protocol"
)

func pageCases() []Case {
	return append(pageRequests(), pageBounds()...)
}

// pageRequests are what a browser, or a proxy in front of one, may send.
func pageRequests() []Case {
	get := request("GET", "/", "")
	return cases(protocol.Page,
		Case{Name: "get", Title: "GET / is a page with a form for POST /params", Quick: true, run: func(s *script) {
			c := s.dial()
			r := c.fetch("GET", get, 200)
			r.contains(c, "<form", `action="/params"`)
			if !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
				s.fail("%s: expected text/html, got %q", c.name, r.header.Get("Content-Type"))
			}
			if len(r.fields()) == 0 {
				s.fail("%s: expected a form with named fields, got %s", c.name, quote(r.body))
			}
			c.end()
		}},
		Case{Name: "same-bytes", Title: "the same request gets the same bytes, on any connection, at any time", Quick: true, run: func(s *script) {
			first := s.dial().fetch("GET", get, 200)
			s.clients[0].end()
			c := s.dial()
			c.ask(get, first.raw)
			s.pause(quiet)
			c.ask(get, first.raw)
			c.end()
		}},
		Case{Name: "head", Title: "HEAD gets the head of GET and no body", Quick: true, run: func(s *script) {
			c := s.dial()
			page := c.fetch("GET", get, 200)
			c.ask(request("HEAD", "/", ""), page.head())
			c.ask(get, page.raw)
			missing := c.fetch("GET", request("GET", "/missing", ""), 404)
			c.ask(request("HEAD", "/missing", ""), missing.head())
			c.end()
		}},
		Case{Name: "params", Title: "POST /params shows the fields", Quick: true, run: func(s *script) {
			c := s.dial()
			values := url.Values{}
			for i, name := range c.fetch("GET", get, 200).fields() {
				values.Set(name, "value "+string(rune('A'+i)))
			}
			r := c.fetch("POST", form(values.Encode()), 200)
			for name := range values {
				r.contains(c, name, values.Get(name))
			}
			r = c.fetch("POST", form("any=thing&percent=100%25+%C3%BC"), 200)
			r.contains(c, "any", "thing", "percent", "100% \u00fc")
			c.end()
		}},
		Case{Name: "escaped", Title: "what the fields hold is shown, never obeyed", Quick: true, run: func(s *script) {
			c := s.dial()
			evil := `<script>alert("x")</script>&'`
			r := c.fetch("POST", form(url.Values{"name": {evil}, evil: {"v"}}.Encode()), 200)
			r.contains(c, "&lt;script&gt;", "&amp;")
			r.lacks(c, "<script", `alert("x")`)
			c.end()
		}},
		Case{Name: "missing", Title: "other paths are 404, and the connection goes on", Quick: true, run: func(s *script) {
			c := s.dial()
			for _, path := range []string{"/missing", "/params/", "/index.html", "//", "/%00", "/../etc/passwd"} {
				c.fetch("GET", request("GET", path, ""), 404)
			}
			c.fetch("GET", get, 200)
			c.end()
		}},
		Case{Name: "method", Title: "other methods are 405 and say which are allowed, and the connection goes on", Quick: true, run: func(s *script) {
			c := s.dial()
			for _, req := range []string{
				request("DELETE", "/", ""), request("PUT", "/", "body"), request("POST", "/", "a=b"), request("GET", "/params", ""), request("PUT", "/params", "a=b"),
			} {
				r := c.fetch("", req, 405)
				if r.header.Get("Allow") == "" {
					s.fail("%s: %s; expected an Allow header with status 405 (RFC 9110, 15.5.6), got %s", c.name, &c.sent, quote(r.head()))
				}
			}
			c.fetch("GET", get, 200)
			c.end()
		}},
		Case{Name: "bytewise", Title: "requests that arrive byte by byte are answered as whole ones are", Quick: true, run: func(s *script) {
			c := s.dial()
			page := c.fetch("GET", get, 200)
			c.sendBytewise(get)
			c.expect(page.raw)
			filled := c.fetch("POST", form("a=b"), 200)
			c.sendBytewise(form("a=b"))
			c.expect(filled.raw)
			c.sendBytewise(chunked("a", "=b"))
			c.expect(filled.raw)
			c.end()
		}},
		Case{Name: "split", Title: "a request may end in one piece and the next begin in it", Quick: true, run: func(s *script) {
			c := s.dial()
			page := c.fetch("GET", get, 200)
			c.ask(get+get[:9], page.raw)
			c.expectSilence()
			c.ask(get[9:], page.raw)
			c.end()
		}},
		Case{Name: "pipelined", Title: "requests sent at once are answered in order", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send(get + form("a=b") + request("GET", "/missing", "") + request("HEAD", "/", "") + chunked("a=", "b") + get)
			first := c.expectReply("GET", 200)
			filled := c.expectReply("POST", 200)
			c.expectReply("GET", 404)
			c.expect(first.head())
			c.expect(filled.raw)
			c.expect(first.raw)
			c.exchange(strings.Repeat(get, 500), strings.Repeat(first.raw, 500))
			c.end()
		}},
		Case{Name: "megabyte", Title: "one megabyte of requests in one write is answered request by request", run: func(s *script) {
			c := s.dial()
			req := form("a=" + strings.Repeat("b", protocol.MaxBody-2))
			want := c.fetch("POST", req, 200)
			c.exchange(strings.Repeat(req, 16), strings.Repeat(want.raw, 16))
			c.end()
		}},
		Case{Name: "reset", Title: "a client that resets in the middle of a request, or of a reply, harms nobody", Quick: true, run: func(s *script) {
			page := s.dial().fetch("GET", get, 200)
			s.clients[0].leave()
			for _, part := range []string{get[:9], form("a=b")[:len(form("a=b"))-1], strings.Repeat(get, 200)} {
				c := s.dial()
				c.ask(get, page.raw)
				c.send(part)
				s.pause(quiet / 3)
				c.reset()
			}
			next := s.dial()
			next.ask(get, page.raw)
			next.end()
		}},
		Case{Name: "half-close-owed", Title: "after the end of file the client still gets all that it is owed", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send(strings.Repeat(get, 3))
			c.halfClose()
			r := c.expectReply("GET", 200)
			c.expect(r.raw + r.raw)
			c.expectEOF()
		}},
		Case{Name: "connection-close", Title: "Connection: close is answered and obeyed, and what follows is discarded", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send(request("GET", "/", "", "connection: Close") + get)
			c.closes(c.expectReply("GET", 200))
		}},
		Case{Name: "http10", Title: "HTTP/1.0 is answered, and the connection closed", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send("GET / HTTP/1.0\r\n\r\n")
			c.closes(c.expectReply("GET", 200))
		}},
		Case{Name: "chunked", Title: "a body in chunks is a body, with extensions and trailers", Quick: true, run: func(s *script) {
			c := s.dial()
			want := c.fetch("POST", form("name=thirteen&x=y"), 200)
			c.ask(chunked("name=", "thirteen", "&x=y"), want.raw)
			c.ask(chunked("name=thirteen&x=y"), want.raw)
			head := request("POST", "/params", "", "Content-Type: application/x-www-form-urlencoded", "transfer-encoding: Chunked")
			c.ask(head+"B;note=\"x\"\r\nname=thirte\r\n006\r\nen&x=y\r\n0\r\nTrailer: ignored\r\n\r\n", want.raw)
			c.end()
		}},
		Case{Name: "fields", Title: "header fields are read whatever their case, their spaces and their order", Quick: true, run: func(s *script) {
			c := s.dial()
			want := c.fetch("POST", form("a=b"), 200)
			c.ask("POST /params HTTP/1.1\r\ncontent-LENGTH:3\r\nX-Long: "+strings.Repeat("y", 4000)+"\r\nCONTENT-type: \t application/x-www-form-urlencoded \r\nhost:lab\r\n\r\na=b", want.raw)
			c.end()
		}},
	)
}

// fetch sends a request and takes the reply, which must have that status.
func (c *client) fetch(method, req string, status int) *reply {
	c.send(req)
	return c.expectReply(method, status)
}
