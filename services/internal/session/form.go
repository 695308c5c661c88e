package session

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Marks in a decoded form. No UTF-8 text holds these bytes.
const (
	nameEnd  = 0xFE // between a field's name and its value
	fieldEnd = 0xFF // between two fields
)

// decodeForm decodes an application/x-www-form-urlencoded body in place. The
// result has the fields in the order in which they were sent, marks between them,
// and is never longer than the body. It is false if a "%" is not followed by two
// hexadecimal digits, or if a name or a value isn't UTF-8.
func decodeForm(body []byte) (fields []byte, ok bool) {
	fields = body[:0]
	for field := range bytes.SplitSeq(body, []byte("&")) {
		if len(field) == 0 {
			continue
		}
		if len(fields) > 0 {
			fields = append(fields, fieldEnd)
		}
		name, value, valued := bytes.Cut(field, []byte("="))
		if fields, ok = appendText(fields, name); !ok {
			return nil, false
		}
		if !valued {
			continue
		}
		if fields, ok = appendText(append(fields, nameEnd), value); !ok {
			return nil, false
		}
	}
	return fields, true
}

// appendText appends a decoded name or value. It is false if that isn't UTF-8.
func appendText(out, p []byte) ([]byte, bool) {
	start := len(out)
	out, ok := appendDecoded(out, p, true)
	return out, ok && utf8.Valid(out[start:])
}

// appendDecoded appends p with its percent-encoding undone, and with spaces for
// "+" if plus is set. It is false if a "%" is not followed by two hexadecimal
// digits. The two may share memory: what is appended never overtakes what is read.
func appendDecoded(out, p []byte, plus bool) ([]byte, bool) {
	for len(p) > 0 {
		c := p[0]
		p = p[1:]
		switch {
		case c == '+' && plus:
			c = ' '
		case c == '%':
			if len(p) < 2 || hexDigit(p[0]) < 0 || hexDigit(p[1]) < 0 {
				return nil, false
			}
			c = byte(hexDigit(p[0])<<4 | hexDigit(p[1]))
			p = p[2:]
		}
		out = append(out, c)
	}
	return out, true
}

// hexDigit returns the value of a hexadecimal digit, -1 for anything else.
func hexDigit(c byte) int { return strings.IndexByte("0123456789abcdef", lower(c)) }
