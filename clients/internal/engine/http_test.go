package engine

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func getting(t *testing.T, opts Options, handler http.HandlerFunc) (*Group, Slice, error) {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	addr := s.Listener.Addr().String()
	opts.Traffic = Get(addr, "/page?x=1")
	g := dial(t, start(t, opts), addr, 8)
	slice, err := g.Slice(short, longer)
	for err == nil && slice.Requests == 0 && slice.Errors.Total() == 0 { // a machine that is busy otherwise
		slice, err = g.Slice(short, longer)
	}
	return g, slice, err
}

func TestHTTPKeepsConnectionsAlive(t *testing.T) {
	var conns atomic.Int64
	large := strings.Repeat("all work and no play\n", 20_000)
	for name, handler := range map[string]http.HandlerFunc{
		"Content-Length": func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello %s", r.URL) },
		"empty":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"large":          func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(large)) },
		"chunked": func(w http.ResponseWriter, _ *http.Request) {
			for i := range 3 {
				fmt.Fprintf(w, "part %d\n", i)
				w.(http.Flusher).Flush()
			}
		},
		"a head that changes": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Number", fmt.Sprint(conns.Add(1)))
			fmt.Fprint(w, "the same")
		},
	} {
		for _, pipeline := range []int{1, 3} {
			t.Run(fmt.Sprint(name, " ", pipeline), func(t *testing.T) {
				_, s, err := getting(t, Options{Pipeline: pipeline}, handler)
				require.NoError(t, err)
				assert.Zero(t, s.Errors.Total(), s.Errors)
				assert.Equal(t, 8, s.Answering)
				assert.Positive(t, s.Requests)
				assert.EqualValues(t, s.Requests, s.Latency.TotalCount())
			})
		}
	}
}

func TestHTTPFindsWhatIsWrong(t *testing.T) {
	var n atomic.Int64
	for reason, test := range map[string]struct {
		handler http.HandlerFunc
		count   func(e *Errors) int
	}{
		"status 404": {http.NotFound, func(e *Errors) int { return e.Status }},
		"of the body: expected 0x": {
			func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "%010d", n.Add(1)) },
			func(e *Errors) int { return e.Mismatch },
		},
		"the first reply's had": {
			func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("x", int(n.Add(1)))) },
			func(e *Errors) int { return e.Mismatch },
		},
		"must keep its connections alive": {
			func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") },
			func(e *Errors) int { return e.Closed },
		},
	} {
		t.Run(reason, func(t *testing.T) {
			_, s, err := getting(t, Options{}, test.handler)
			assert.GreaterOrEqual(t, s.Errors.Total(), 7)
			assert.Equal(t, s.Errors.Total(), test.count(&s.Errors), s.Errors)
			assert.Contains(t, s.Errors.First, reason)
			if s.Errors.Total() == 8 {
				assert.Error(t, err)
			}
		})
	}
}

func TestNoHTTPIsSaid(t *testing.T) {
	addr := serving(t, func(c net.Conn, i int) { honest(c, i) })
	g := dial(t, start(t, Options{Traffic: Get(addr, "/")}), addr, 2)
	s, err := g.Slice(short, longer)
	require.Error(t, err)
	assert.Equal(t, 2, s.Errors.Status)
	assert.Contains(t, s.Errors.First, `status line: "GET / HTTP/1.1"`)
}

func TestParseReply(t *testing.T) {
	const (
		fixed   = "HTTP/1.1 200 OK\r\ncontent-length:  5 \r\n\r\nhello"
		chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;ext=1\r\nhel\r\n2\r\nlo\r\n0\r\nX-Trailer: 1\r\n\r\n"
		none    = "HTTP/1.1 204 No Content\r\n\r\n"
	)
	for _, text := range []string{fixed, chunked, none} {
		for n := range len(text) { // byte by byte
			_, err := parseReply([]byte(text[:n]), nil)
			require.ErrorIs(t, err, errIncomplete, "%q", text[:n])
		}
		for _, behind := range []string{"", "HTTP/1.1 404"} {
			r, err := parseReply([]byte(text+behind), nil)
			require.NoError(t, err)
			assert.Equal(t, len(text), r.size)
			if text != none {
				assert.Equal(t, "hello", string(r.body))
			}
		}
	}
	for _, bad := range []string{
		"220 mail.example ESMTP\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/2 200 \r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\nuntil the end", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabcd",
	} {
		_, err := parseReply([]byte(bad), nil)
		require.Error(t, err, bad)
		require.False(t, errors.Is(err, errIncomplete), bad)
	}
}
