package conformance

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"net/url"
	"strconv"
	"strings"

	"c10klab/services/protocol"
)

const siteForm = "<!DOCTYPE html><title>Form</title><form method=\"post\" action=\"/params\"><input name=\"name\"><button>Send</button></form>\n"

// refusal is a request that is answered with an error, and the close.
type refusal int

func (r refusal) Error() string { return "HTTP status " + strconv.Itoa(int(r)) }

// site answers requests until one asks for the close, is refused, or is none.
func site(p *peer) error {
	for {
		again, err := p.exchange()
		if status, refused := err.(refusal); refused {
			p.reply("", int(status), "Connection: close\r\n", fmt.Sprintln(status))
			return nil
		}
		if err != nil || !again {
			return err
		}
		if p.has("takes one receive for one request") {
			_, _ = p.in.Discard(p.in.Buffered())
		}
	}
}

func (p *peer) exchange() (again bool, err error) {
	head, err := p.head()
	if err != nil {
		return false, err
	}
	lines := strings.Split(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n")
	parts := strings.Split(lines[0], " ")
	if len(parts) != 3 || (parts[2] != "HTTP/1.1" && parts[2] != "HTTP/1.0") || parts[1] == "" {
		return false, refusal(400)
	}
	fields, err := p.fields(lines[1:])
	if err != nil {
		return false, err
	}
	if _, ok := fields["host"]; !ok && parts[2] == "HTTP/1.1" && !p.has("reads anything") {
		return false, refusal(400)
	}
	body, err := p.body(fields)
	if err != nil {
		return false, err
	}
	again = !strings.EqualFold(fields["connection"], "close") && parts[2] == "HTTP/1.1" || p.has("keeps every connection")
	closing := ""
	if !again {
		closing = "Connection: close\r\n"
	}
	p.route(parts[0], parts[1], body, closing)
	return again, nil
}

func (p *peer) head() (string, error) {
	bound := protocol.MaxHead
	if p.has("heads of 8 KiB and one") {
		bound++
	}
	var head []byte
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		b, err := p.in.ReadByte()
		if err != nil {
			return "", err
		}
		if head = append(head, b); len(head) > bound {
			return "", refusal(431)
		}
	}
	return string(head), nil
}

func (p *peer) fields(lines []string) (map[string]string, error) {
	fields := map[string]string{}
	for _, line := range lines {
		name, value, found := strings.Cut(line, ":")
		name = strings.ToLower(name)
		_, twice := fields[name]
		if p.has("reads anything") {
			found, twice = true, false
		} else if name == "" || strings.ContainsAny(name, " \t") {
			return nil, refusal(400)
		}
		if !found || twice {
			return nil, refusal(400)
		}
		fields[name] = strings.TrimSpace(value)
	}
	return fields, nil
}

func (p *peer) body(fields map[string]string) ([]byte, error) {
	length, sized := fields["content-length"]
	if strings.EqualFold(fields["transfer-encoding"], "chunked") && !p.has("knows no chunks") {
		if sized && !p.has("reads anything") {
			return nil, refusal(400)
		}
		return p.chunks()
	}
	if !sized {
		return nil, nil
	}
	n, err := strconv.ParseUint(length, 10, 64)
	switch {
	case err != nil && strings.Trim(length, "0123456789") != "":
		return nil, refusal(400)
	case err != nil, n > protocol.MaxBody && !p.has("bodies of any length"):
		if p.has("reads the body before it refuses it") {
			_, _ = io.CopyN(io.Discard, p.in, int64(n))
		}
		return nil, refusal(413)
	}
	body := make([]byte, n)
	got, err := io.ReadFull(p.in, body)
	if err != nil && p.has("keeps what clients that left have sent") {
		p.server.held.Add(int64(got))
	}
	return body, err
}

func (p *peer) chunks() (body []byte, err error) {
	for {
		line, err := p.in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		size, _, _ := strings.Cut(strings.TrimSuffix(line, "\r\n"), ";")
		n, err := strconv.ParseUint(size, 16, 32)
		switch {
		case err != nil:
			return nil, refusal(400)
		case n == 0:
			for line != "\r\n" { // the trailers
				if line, err = p.in.ReadString('\n'); err != nil {
					return nil, err
				}
			}
			return body, nil
		case len(body)+int(n) > protocol.MaxBody:
			return nil, refusal(413)
		}
		part := make([]byte, n+2)
		if _, err := io.ReadFull(p.in, part); err != nil {
			return nil, err
		}
		if string(part[n:]) != "\r\n" {
			return nil, refusal(400)
		}
		body = append(body, part[:n]...)
	}
}

func (p *peer) route(method, path string, body []byte, closing string) {
	switch {
	case path == "/" && (method == "GET" || method == "HEAD"):
		p.reply(method, 200, closing, siteForm)
	case path == "/params" && method == "POST":
		p.reply(method, 200, closing, p.filled(string(body)))
	case path == "/":
		p.reply(method, 405, closing+"Allow: GET, HEAD\r\n", "405\n")
	case path == "/params":
		p.reply(method, 405, closing+"Allow: POST\r\n", "405\n")
	default:
		p.reply(method, 404, closing, "404\n")
	}
}

// filled is the page that shows the fields of a form.
func (p *peer) filled(body string) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html><title>Fields</title><pre>\n")
	for pair := range strings.SplitSeq(body, "&") {
		for text := range strings.SplitSeq(pair, "=") {
			if !p.has("shows the form undecoded") {
				text, _ = url.QueryUnescape(text)
			}
			if !p.has("shows fields unescaped") {
				text = html.EscapeString(text)
			}
			b.WriteString(text + "\n")
		}
	}
	return b.String() + "</pre>\n"
}

func (p *peer) reply(method string, status int, fields, body string) {
	if p.has("tells the date") {
		fields += "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
	}
	text := fmt.Sprintf("HTTP/1.1 %d Said\r\nContent-Type: text/html\r\nContent-Length: %d\r\n%s\r\n", status, len(body), fields)
	if method != "HEAD" || p.has("answers HEAD with a body") {
		text += body
	}
	p.say(text)
	if status == 404 && p.has("closes after 404") {
		_ = p.CloseWrite()
	}
}
