package session

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"c10klab/services/protocol"
)

// exchange is what HTTP replies say to what was sent: only their statuses here,
// the texts are in TestPage.
type exchange struct {
	name, in string
	statuses []int
	closed   bool
}

const formType = "Content-Type: application/x-www-form-urlencoded\r\n"

// fields returns a GET request with these header fields.
func fields(lines string) string { return "GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n" }

// chunks returns a POST request with this chunked body.
func chunks(body string) string {
	return "POST /params HTTP/1.1\r\nHost: a\r\n" + formType + "Transfer-Encoding: chunked\r\n\r\n" + body
}

// headOf returns a request whose head has n bytes.
func headOf(n int) string {
	const start, end = "GET / HTTP/1.1\r\nHost: a\r\nX: ", "\r\n\r\n"
	return start + strings.Repeat("x", n-len(start)-len(end)) + end
}

func gets(n int) []int {
	statuses := make([]int, n)
	for i := range statuses {
		statuses[i] = 200
	}
	return statuses
}

func TestRequests(t *testing.T) {
	full := strings.Repeat("x", protocol.MaxBody)
	holdStatuses(t, []exchange{
		{name: "query", in: "GET /?a=/params HTTP/1.1\r\nHost: a\r\n\r\n", statuses: gets(1)},
		{name: "absolute form", in: "GET http://a:80/?q HTTP/1.1\r\nHost: a\r\n\r\n", statuses: gets(1)},
		{name: "absolute form without path", in: "GET HTTP://a HTTP/1.1\r\nHost: a\r\n\r\nGET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n", statuses: gets(2)},
		{name: "absolute form of a form", in: strings.Replace(postForm("a=1"), "/params", "http://a/params?x", 1), statuses: gets(1)},
		{name: "encoded path", in: strings.Replace(postForm("a=1"), "/params", "/%70arams", 1), statuses: gets(1)},
		{name: "bare line feeds", in: "GET / HTTP/1.1\nHost: a\n\n" + getRoot, statuses: gets(2)},
		{name: "empty lines before", in: "\r\n\n" + getRoot + "\r\n" + getRoot + "\r\n\r\n", statuses: gets(2)},
		{name: "later minor version", in: "GET / HTTP/1.9\r\nHost: a\r\n\r\n", statuses: gets(1)},
		{name: "no spaces around values", in: "GET / HTTP/1.1\r\nHost:a\r\nX:\r\nY: \t \r\n\r\n", statuses: gets(1)},
		{name: "any bytes in values", in: fields("X: \x80\xff\t,\"\r\n"), statuses: gets(1)},
		{name: "empty host", in: "GET / HTTP/1.1\r\nHost:\r\n\r\n", statuses: gets(1)},
		{name: "IPv6 host", in: "GET / HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", statuses: gets(1)},
		{name: "the longest head", in: headOf(protocol.MaxHead) + getRoot, statuses: gets(2)},
		{name: "a body that nobody asked for", in: fields("Content-Length: 5\r\n") + "hello" + getRoot, statuses: gets(2)},
		{name: "the longest body", in: postForm(full) + getRoot, statuses: gets(2)},
		{name: "the longest body in chunks", in: chunks("8000\r\n"+full[:1<<15]+"\r\n8000\r\n"+full[1<<15:]+"\r\n0\r\n\r\n") + getRoot, statuses: gets(2)},
		{name: "chunks", in: chunks("1\r\na\r\n2;x=y; z\r\n=1\r\n000\r\n\r\n") + getRoot, statuses: gets(2)},
		{name: "chunk with space before its extension", in: chunks("a \t;x\r\nname=value\r\n0\r\n\r\n") + getRoot, statuses: gets(2)},
		{name: "capital hexadecimal digits", in: chunks("A\r\nname=value\r\n0\r\n\r\n") + getRoot, statuses: gets(2)},
		{name: "trailers", in: chunks("0\r\nX: y\r\nContent-Length: 7\r\n\r\n") + getRoot, statuses: gets(2)},
		{name: "a list of codings", in: fields("Transfer-Encoding: , Chunked ,\r\n") + "0\r\n\r\n" + getRoot, statuses: gets(2)},
		{name: "a type with a parameter", in: strings.Replace(postForm("a=1"), "urlencoded", "URLencoded ; charset=utf-8", 1), statuses: gets(1)},
		{name: "expectation without a body", in: fields("Expect: 100-continue\r\n") + getRoot, statuses: gets(2)},
		{name: "expectation in HTTP/1.0", in: "GET / HTTP/1.0\r\nExpect: x\r\n\r\n", statuses: gets(1), closed: true},
		{name: "a request that isn't whole", in: getRoot + "GET / HTTP/1.1\r\nHost: a\r\n", statuses: gets(1)},
		{name: "a body that isn't whole", in: getRoot + postForm("a=1")[:len(postForm("a=1"))-1], statuses: gets(1)},
	})
}

// Errors after which the next request can still be told.
func TestRefusals(t *testing.T) {
	holdStatuses(t, []exchange{
		{name: "no resource", in: "GET /params/x HTTP/1.1\r\nHost: a\r\n\r\n" + getRoot, statuses: []int{404, 200}},
		{name: "the server itself", in: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" + getRoot, statuses: []int{404, 200}},
		{name: "a form sent nowhere", in: strings.Replace(postForm("a=1"), "/params", "/x", 1) + getRoot, statuses: []int{404, 200}},
		{name: "method for the root", in: strings.Replace(postForm("a=1"), "/params", "/", 1) + getRoot, statuses: []int{405, 200}},
		{name: "unknown method", in: "get / HTTP/1.1\r\nHost: a\r\n\r\n" + getRoot, statuses: []int{405, 200}},
		{name: "method for the form", in: "GET /params HTTP/1.1\r\nHost: a\r\n\r\n" + getRoot, statuses: []int{405, 200}},
		{name: "tunnel", in: "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n" + getRoot, statuses: []int{405, 200}},
		{name: "refused and closed", in: "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + getRoot, statuses: []int{404}, closed: true},
		{name: "another type", in: strings.Replace(postForm("a=1"), "x-www-form-urlencoded", "json", 1) + getRoot, statuses: []int{415, 200}},
		{name: "no type", in: strings.Replace(postForm("a=1"), formType, "", 1) + getRoot, statuses: []int{415, 200}},
	})
}

func TestAllow(t *testing.T) {
	for in, allow := range map[string]string{
		"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n":    "GET, HEAD",
		"GET /params HTTP/1.1\r\nHost: a\r\n\r\n": "POST",
	} {
		replies := parse(t, whole.converse(t, protocol.Page, in).out, nil)
		require.Len(t, replies, 1)
		assert.Equal(t, allow, replies[0].header.Get("Allow"))
	}
}

// holdStatuses has each exchange whole, byte by byte, unread, at random splits, and
// with more data after the end.
func holdStatuses(t *testing.T, table []exchange) {
	t.Helper()
	for _, e := range table {
		t.Run(e.name, func(t *testing.T) {
			want := whole.converse(t, protocol.Page, e.in)
			var statuses []int
			replies := parse(t, want.out, nil)
			for i, r := range replies {
				statuses = append(statuses, r.status)
				require.Equal(t, e.closed && i == len(replies)-1, r.close, "Connection: close")
			}
			require.Equal(t, e.statuses, statuses)
			require.Equal(t, e.closed, want.closed)
			require.Equal(t, want, singly.converse(t, protocol.Page, e.in), "byte by byte")
			require.Equal(t, want, unread.converse(t, protocol.Page, e.in), "unread")
			rapid.Check(t, func(t *rapid.T) {
				d := splitting(rapid.Uint64().Draw(t, "seed"))
				require.Equal(t, want, d.converse(t, protocol.Page, e.in))
			})
			if e.closed {
				require.Equal(t, want, whole.converse(t, protocol.Page, e.in+getRoot), "trailing data")
				require.Equal(t, want, singly.converse(t, protocol.Page, e.in+"\x00"), "trailing data")
			}
		})
	}
}

// A head that isn't whole and a body that isn't whole hold no more than they are.
func TestAnUnfinishedRequestHoldsLittle(t *testing.T) {
	s := New(protocol.Page)
	s.Feed([]byte(strings.Replace(postForm("a=1"), "Length: 3", "Length: 65536", 1)))
	drain(s)
	require.NotNil(t, s.request)
	assert.Nil(t, s.in.mem)
	assert.Equal(t, 1<<10, cap(s.request.body.mem), "a length announced is no memory taken")
	s.EOF()
	drain(s)
	assert.Nil(t, s.request)
	assert.True(t, s.Done())
}

func FuzzPage(f *testing.F) {
	seeds := []string{
		getRoot + headRoot + postForm("name=J%C3%BCrgen&message=%3Cb%3E+%22"),
		chunks("1\r\na\r\n2;x=y; z\r\n=1\r\n0\r\nX: y\r\n\r\n") + getRoot,
		"\r\nGET http://a/?q HTTP/1.0\nConnection: keep-alive\n\nDELETE /%70arams HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
		fields("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
		headOf(protocol.MaxHead + 1),
	}
	for i, in := range seeds {
		f.Add(in, uint64(i))
	}
	f.Fuzz(func(t *testing.T, input string, seed uint64) {
		r := splitAnywhere(t, protocol.Page, input, seed)
		if strings.Contains(input, "HEAD") || strings.Contains(input, "100-") {
			return // replies without content can't be told apart without the requests
		}
		replies := parse(t, r.out, nil)
		for i, reply := range replies {
			require.Equal(t, r.closed && i == len(replies)-1, reply.close, "Connection: close")
		}
	})
}
