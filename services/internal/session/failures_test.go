package session

import (
	"strings"
	"testing"

	"c10klab/services/protocol"
)

// Errors after which nobody can tell where the next request begins.
func TestFailures(t *testing.T) {
	var table []exchange
	add := func(status int, rows map[string]string) {
		for name, in := range rows {
			table = append(table, exchange{name, in, []int{status}, true})
		}
	}
	add(400, map[string]string{
		"no version":                       "GET /\r\n",
		"two spaces":                       "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
		"space before the method":          " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"space after the version":          "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
		"version of three digits":          "GET / HTTP/1.10\r\nHost: a\r\n\r\n",
		"version in small letters":         "GET / http/1.1\r\nHost: a\r\n\r\n",
		"method no token":                  "GE\"T / HTTP/1.1\r\nHost: a\r\n\r\n",
		"no method":                        " / HTTP/1.1\r\n",
		"no target":                        "GET HTTP/1.1\r\n",
		"fragment":                         "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n",
		"target of other bytes":            "GET /\xc3\xbc HTTP/1.1\r\nHost: a\r\n\r\n",
		"relative target":                  "GET params HTTP/1.1\r\nHost: a\r\n\r\n",
		"another scheme":                   "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"no authority":                     "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n",
		"broken percent":                   "GET /%7 HTTP/1.1\r\nHost: a\r\n\r\n",
		"carriage return in a target":      "CONNECT a\r:80 HTTP/1.1\r\n",
		"three empty lines":                "\r\n\r\n\r\n" + getRoot,
		"no host":                          "GET / HTTP/1.1\r\n\r\n",
		"two hosts":                        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
		"malformed host":                   "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
		"space before the colon":           fields("X : y\r\n"),
		"no colon":                         fields("X\r\n"),
		"no name":                          fields(": y\r\n"),
		"line that continues":              fields("X: y\r\n z\r\n"),
		"line that continues nothing":      "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
		"bare carriage return":             fields("X: y\rz\r\n"),
		"two carriage returns":             fields("X: y\r\r\n"),
		"carriage return for a line":       "GET / HTTP/1.1\rHost: a\r\r\n",
		"NUL":                              fields("X: \x00\r\n"),
		"NUL in a target":                  "GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
		"two lengths":                      fields("Content-Length: 1\r\nContent-Length: 1\r\n") + "x",
		"a list of lengths":                fields("Content-Length: 1, 1\r\n") + "x",
		"signed length":                    fields("Content-Length: +1\r\n") + "x",
		"negative length":                  fields("Content-Length: -1\r\n") + "x",
		"hexadecimal length":               fields("Content-Length: 0x1\r\n") + "x",
		"no length":                        fields("Content-Length:\r\n"),
		"length and chunks":                fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
		"chunked twice":                    fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
		"chunked before another":           fields("Transfer-Encoding: chunked, gzip\r\n"),
		"no coding":                        fields("Transfer-Encoding:\r\n"),
		"coding no token":                  fields("Transfer-Encoding: \"chunked\"\r\n"),
		"chunks in HTTP/1.0":               "POST /params HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"two types":                        strings.Replace(postForm("a=1"), "Host", formType+"Host", 1),
		"chunk without a size":             chunks("\r\n"),
		"chunk with a sign":                chunks("-1\r\n"),
		"chunk with a prefix":              chunks("0x1\r\n"),
		"chunk with a bare line feed":      chunks("1\na\n0\n\n"),
		"chunk with a control character":   chunks("1;\x01\r\na\r\n0\r\n\r\n"),
		"chunk with a carriage return":     chunks("1;\rx\r\na\r\n0\r\n\r\n"),
		"chunk longer than its size":       chunks("1\r\nab\r\n0\r\n\r\n"),
		"chunk ended by a line feed":       chunks("1\r\na\n0\r\n\r\n"),
		"chunk with endless extensions":    chunks("1;" + strings.Repeat("x", 2000)),
		"malformed trailer":                chunks("0\r\nX : y\r\n\r\n"),
		"form with a broken percent":       postForm("a=%4"),
		"form with no hexadecimal percent": postForm("%zz=1"),
		"form that is no UTF-8":            postForm("a=%C3%28"),
		"form with other bytes":            postForm("a=\xff&\xfe"),
		"form with half a character":       postForm("a%C3=%BC"),
	})
	add(413, map[string]string{
		"length over the bound":          fields("Content-Length: 65537\r\n"),
		"length over all bounds":         fields("Content-Length: " + strings.Repeat("9", 100) + "\r\n"),
		"chunk over the bound":           chunks("10001\r\n"),
		"chunk over all bounds":          chunks(strings.Repeat("f", 100) + "\r\n"),
		"chunks over the bound together": chunks("8000\r\n" + strings.Repeat("x", 1<<15) + "\r\n8001\r\n"),
	})
	add(417, map[string]string{
		"expectation": fields("Expect: 200-ok\r\n"),
	})
	add(431, map[string]string{
		"head one byte over":     headOf(protocol.MaxHead + 1),
		"request line over":      "GET /" + strings.Repeat("x", protocol.MaxHead),
		"endless line":           strings.Repeat("x", 2*protocol.MaxHead),
		"many fields":            "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: y\r\n", 2000),
		"endless trailers":       chunks("0\r\n" + strings.Repeat("X: y\r\n", 2000)),
		"endless line of spaces": fields("X:" + strings.Repeat(" ", protocol.MaxHead)),
	})
	add(501, map[string]string{
		"unknown coding":          fields("Transfer-Encoding: gzip\r\n"),
		"unknown coding, chunked": fields("Transfer-Encoding: gzip;q=1\r\nTransfer-Encoding: chunked\r\n"),
		"identity":                fields("Transfer-Encoding: identity\r\n"),
	})
	add(505, map[string]string{
		"HTTP/2":   "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"HTTP/0.9": "GET / HTTP/0.9\r\n\r\n",
	})
	holdStatuses(t, table)
}
