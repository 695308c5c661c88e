package main

import (
	"errors"
	"fmt"
	"strings"
)

// pages makes whole HTTP requests of the lines typed for the page.
type pages struct {
	host string
	mode mode
}

// mode is what the next line is taken for.
type mode int

const (
	shorthand mode = iota // a line that stands for a whole request
	head                  // the rest of a head that is typed by hand
	body                  // whatever follows that head
)

var errNoRequest = errors.New("type a path, such as /, or a method and a path, such as HEAD /, or POST /params name=you; nothing was sent")

// request returns what a line stands for: "/" and "GET /" are whole requests,
// "POST /params a=b" one with a body. A line that ends with HTTP/1.1 or HTTP/1.0
// begins a request typed by hand: its lines up to the empty one get the ends
// that HTTP wants, and what follows goes out as it is.
func (p *pages) request(line string) (string, error) {
	text := strings.TrimRight(line, "\r\n")
	if strings.HasSuffix(text, " HTTP/1.1") || strings.HasSuffix(text, " HTTP/1.0") {
		p.mode = head
	}
	switch {
	case p.mode == body:
		return line, nil
	case p.mode == head:
		if text == "" {
			p.mode = body
		}
		return text + "\r\n", nil
	}
	if strings.HasPrefix(text, "/") {
		text = "GET " + text
	}
	method, rest, _ := strings.Cut(text, " ")
	path, form, _ := strings.Cut(rest, " ")
	if method == "" || strings.ToUpper(method) != method || !strings.HasPrefix(path, "/") {
		return "", errNoRequest
	}
	request := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, p.host)
	if form != "" || method == "POST" {
		request += fmt.Sprintf("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n", len(form))
	}
	return request + "\r\n" + form, nil
}
