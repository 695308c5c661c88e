package session

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"c10klab/services/protocol"
)

const (
	getRoot  = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	headRoot = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
)

// postForm returns a request that sends a form.
func postForm(body string) string {
	return "POST /params HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
		strconv.Itoa(len(body)) + "\r\n\r\n" + body
}

// ok returns the reply that shows a page.
func ok(page, fields string) string {
	return "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: " +
		strconv.Itoa(len(page)) + "\r\n" + fields + "\r\n" + page
}

func shownPage(rows string) string {
	return paramsHead + "<table>\n" + rows + "</table>\n" + paramsTail
}

func TestPage(t *testing.T) {
	const (
		notFound = "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 31\r\n\r\n"
		notHere  = "404 Not Found: nothing is here\n"
	)
	headReply, _, _ := strings.Cut(ok(index, ""), "<!DOCTYPE")
	hello := "name=J%C3%BCrgen&message=1+%2B+1+%3C+3"
	helloPage := ok(shownPage("<tr><th>name<td>Jürgen<tr><th>message<td>1 + 1 &lt; 3"), "")
	hold(t, protocol.Page, []conversation{
		{name: "nothing"},
		{name: "the page", in: getRoot, out: ok(index, "")},
		{name: "its head", in: headRoot, out: headReply},
		{name: "pipelined", in: getRoot + headRoot + postForm(hello) + getRoot, out: ok(index, "") + headReply + helloPage + ok(index, "")},
		{name: "a form", in: postForm(hello), out: helloPage},
		{name: "order and repetition", in: postForm("b=1&a=2&b=3"), out: ok(shownPage("<tr><th>b<td>1<tr><th>a<td>2<tr><th>b<td>3"), "")},
		{name: "escaped", in: postForm(`<=%3C%26%3E%22%27<>"'`), out: ok(shownPage("<tr><th>&lt;<td>&lt;&amp;&gt;&#34;&#39;&lt;&gt;&#34;&#39;"), "")},
		{name: "no values", in: postForm("a&&b=&=c&"), out: ok(shownPage("<tr><th>a<tr><th>b<td><tr><th><td>c"), "")},
		{name: "controls", in: postForm("a=%00%1f%7f%0d%0a%09"), out: ok(shownPage("<tr><th>a<td>␀␟␡\r\n\t"), "")},
		{name: "empty form", in: postForm(""), out: ok(paramsHead+noFields+paramsTail, "")},
		{name: "no resource", in: "GET /x HTTP/1.1\r\nHost: a\r\n\r\n" + getRoot, out: notFound + notHere + ok(index, "")},
		{name: "head of no resource", in: "HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + getRoot, out: notFound + ok(index, "")},
		{
			name: "asked to close", in: "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n" + getRoot,
			out: ok(index, "Connection: close\r\n"), closed: true,
		},
		{name: "HTTP/1.0", in: "GET / HTTP/1.0\r\n\r\n" + getRoot, out: ok(index, "Connection: close\r\n"), closed: true},
		{
			name: "HTTP/1.0, kept alive", in: "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + getRoot,
			out: ok(index, "Connection: keep-alive\r\n") + ok(index, ""),
		},
		{
			name: "continue", in: strings.Replace(postForm("a=1"), "Host", "Expect: 100-Continue\r\nHost", 1) + getRoot,
			out: "HTTP/1.1 100 Continue\r\n\r\n" + ok(shownPage("<tr><th>a<td>1"), "") + ok(index, ""),
		},
		{
			name: "malformed", in: "hello\r\n", closed: true,
			out: "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 40\r\nConnection: close\r\n\r\n" +
				"400 Bad Request: malformed request line\n",
		},
	})
}

// What a form sends and what a browser shows of the reply are the same.
func TestFormComesBack(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("&<>\"'=+% ;#\\/"))))
	pair := rapid.Custom(func(t *rapid.T) [2]string { return [2]string{text.Draw(t, "name"), text.Draw(t, "value")} })
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.SliceOfN(pair, 1, 20).Draw(t, "fields")
		var body []string
		for _, f := range fields {
			body = append(body, url.QueryEscape(f[0])+"="+url.QueryEscape(f[1]))
		}
		out := whole.converse(t, protocol.Page, postForm(strings.Join(body, "&"))).out
		replies := parse(t, out, nil)
		require.Len(t, replies, 1)
		require.Equal(t, 200, replies[0].status)
		cells := tableCells(t, replies[0].body)
		require.Len(t, cells, 2*len(fields))
		for i, f := range fields {
			require.Equal(t, pictured(f[0]), cells[2*i])
			require.Equal(t, pictured(f[1]), cells[2*i+1])
		}
	})
}

// pictured is what is shown of text: control characters as their pictures, and
// ends of lines as HTML reads them.
func pictured(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\t' || c == '\n':
		case c < ' ':
			return '\u2400' + c
		case c == 0x7f:
			return '\u2421'
		}
		return c
	}, text)
}

// tableCells returns the text of each th and td.
func tableCells(t require.TestingT, page string) (cells []string) {
	doc, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "th" || n.Data == "td") {
			text := ""
			for c := range n.ChildNodes() {
				require.Equal(t, html.TextNode, c.Type, "markup got through")
				text += c.Data
			}
			cells = append(cells, text)
		}
	}
	return cells
}

// The largest reply, ten times its request, is owed piece by piece (the driver
// holds the bound); its announced length is the true one.
func TestTheLargestForm(t *testing.T) {
	for _, unit := range []string{"a&", "'", "\x00", "%27", "a=&"} {
		body := strings.Repeat(unit, protocol.MaxBody/len(unit))
		out := unread.converse(t, protocol.Page, postForm(body)+getRoot).out
		replies := parse(t, out, nil)
		require.Len(t, replies, 2, "%q", unit)
		assert.Equal(t, 200, replies[0].status)
		assert.Equal(t, index, replies[1].body)
		assert.Equal(t, out, splitting(7).converse(t, protocol.Page, postForm(body)+getRoot).out)
	}
}

func TestPagesAreValid(t *testing.T) {
	for name, page := range map[string]string{"index": index, "params": paramsHead + noFields + paramsTail} {
		t.Run(name, func(t *testing.T) {
			assert.True(t, strings.HasPrefix(page, "<!DOCTYPE html>\n<html lang=\"en\">\n"))
			assert.Contains(t, page, `<meta charset="utf-8">`)
			assert.Contains(t, page, "<title>")
			assert.Less(t, len(page), 2048)
			var open []string
			for z := html.NewTokenizer(strings.NewReader(page)); ; {
				kind := z.Next()
				tag, _ := z.TagName()
				switch name := string(tag); {
				case kind == html.ErrorToken:
					require.ErrorIs(t, z.Err(), io.EOF)
					assert.Empty(t, open)
					return
				case kind == html.StartTagToken && name != "meta" && name != "link" && name != "input":
					open = append(open, name)
				case kind == html.EndTagToken:
					require.Equal(t, open[len(open)-1], name)
					open = open[:len(open)-1]
				}
			}
		})
	}
	assert.Contains(t, index, `<form method="post" action="/params">`)
}

// reply is one parsed HTTP response.
type reply struct {
	status int
	header http.Header
	body   string
	close  bool
}

// parse reads replies as another program understands them. methods are those of
// the requests; GET where there are none.
func parse(t require.TestingT, out string, methods []string) (replies []reply) {
	in := bufio.NewReader(strings.NewReader(out))
	for {
		if _, err := in.Peek(1); err == io.EOF {
			return replies
		}
		request := &http.Request{Method: "GET"}
		if len(methods) > 0 {
			request.Method, methods = methods[0], methods[1:]
		}
		r, err := http.ReadResponse(in, request)
		require.NoError(t, err)
		if r.StatusCode == 100 {
			r, err = http.ReadResponse(in, request)
			require.NoError(t, err)
		}
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		replies = append(replies, reply{r.StatusCode, r.Header, string(body), r.Close})
	}
}
