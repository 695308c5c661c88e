package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVisits(t *testing.T) {
	status, out, err := loadWith(t, context.Background(), "-visits", "3", "-d", "100ms", "-warm", "10ms", echo(t, 0))
	require.Equal(t, 0, status, err)
	assert.Contains(t, out, ", 3 visits at a time, 100ms after 10ms of warm-up\n")
	for _, what := range []string{"response", "service ", "connect "} {
		assert.Regexp(t, what+`  .*max [\d.]+ [mu]?s\n`, out)
	}
	assert.NotContains(t, out, "\nanswered ", "no connection stays")

	var closing atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Close {
			closing.Store(true)
		}
		_, _ = io.WriteString(w, "page")
	}))
	t.Cleanup(s.Close)
	status, out, err = loadWith(t, context.Background(), "-json", "-visits", "1", "-d", "100ms", "-warm", "0s", s.URL)
	require.Equal(t, 0, status, err)
	var r result
	require.NoError(t, json.Unmarshal([]byte(out), &r), out)
	assert.Equal(t, 1, r.Visits)
	assert.Zero(t, r.Connections)
	assert.Contains(t, r.Connect, "max")
	assert.Nil(t, r.Slow)
	assert.True(t, closing.Load(), "a visit says that it will not ask again")
}

func TestSlowClientsBeside(t *testing.T) {
	addr := echo(t, 0)
	status, out, err := loadWith(t, context.Background(), "-c", "2", "-slow", "5", "-d", "100ms", "-warm", "0s", addr)
	require.Equal(t, 0, status, err)
	assert.Contains(t, out, ", 2 connections beside 5 slow clients, 100ms after 0s of warm-up\n")
	assert.Regexp(t, `slow      5 of 5 clients still served, with \d+ whole replies; no errors\n`, out)

	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "page") }))
	t.Cleanup(s.Close)
	status, out, err = loadWith(t, context.Background(), "-json", "-visits", "2", "-slow", "1", "-d", "100ms", "-warm", "0s", s.URL)
	require.Equal(t, 0, status, err)
	var r result
	require.NoError(t, json.Unmarshal([]byte(out), &r), out)
	require.NotNil(t, r.Slow)
	assert.Equal(t, slowResult{Clients: 1, Served: 1, Replies: r.Slow.Replies}, *r.Slow)
}

// A server that closes whom it does not know yet: slow clients come after the others.
func TestSlowClientsThatFailAreReported(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if n > 0 {
				_ = c.Close()
				continue
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	status, out, stderr := loadWith(t, context.Background(), "-c", "1", "-slow", "2", "-d", "500ms", "-warm", "0s", l.Addr().String())
	assert.Equal(t, 1, status, stderr)
	assert.Contains(t, out, "slow      0 of 2 clients still served")
	assert.Contains(t, out, "errors    no errors", "of those that are measured")
}

func TestTooManySlowClients(t *testing.T) {
	status, _, err := loadWith(t, context.Background(), "-slow", "5000", "-c", "1", echo(t, 0))
	assert.Equal(t, 1, status)
	assert.Contains(t, err, "all together may have")
}
