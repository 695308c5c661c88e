package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// echo starts an echo server; from the n-th connection on it is silent (0: never).
func echo(t *testing.T, silentFrom int) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for n := 1; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if silentFrom > 0 && n >= silentFrom {
					_, _ = io.Copy(io.Discard, c)
					return
				}
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().String()
}

func loadWith(t *testing.T, ctx context.Context, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err strings.Builder
	status = run(ctx, append([]string{"load"}, args...), &out, &err)
	return status, out.String(), err.String()
}

func TestLoadOfAnEchoServer(t *testing.T) {
	addr := echo(t, 0)
	status, out, err := loadWith(t, context.Background(), "tcp://"+addr, "-c", "3", "-d", "100ms", "-warm", "10ms", "-bytes", "10", "-pipeline", "2")
	require.Equal(t, 0, status, err)
	assert.Empty(t, err)
	assert.Contains(t, out, "echo of 10 bytes at "+addr+", 3 connections, 100ms after 10ms of warm-up\n")
	for _, line := range []string{`rate +[\d,]+ replies/s`, `response  .*max [\d.]+ [mu]?s`, `answered  3 of 3 connections`, `errors    no errors`, `client    [\d.]+ us`} {
		assert.Regexp(t, line, out)
	}
}

func TestLoadPrintsJSON(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.String()) }))
	t.Cleanup(s.Close)
	status, out, err := loadWith(t, context.Background(), "-json", "-c", "2", "-d", "200ms", "-warm", "0s", s.URL+"/a?b=c")
	require.Equal(t, 0, status, err)
	var r result
	require.NoError(t, json.Unmarshal([]byte(out), &r), out)
	assert.Equal(t, "GET "+s.URL+"/a?b=c", r.Target)
	assert.Equal(t, 2, r.Connections)
	assert.Equal(t, 2, r.Answering)
	assert.Positive(t, r.Rate)
	assert.InEpsilon(t, float64(r.Replies), r.Rate*r.Seconds, 1e-9)
	assert.Contains(t, r.Response, "max")
	assert.Zero(t, r.Failed)
}

func TestLoadAtARate(t *testing.T) {
	addr := echo(t, 0)
	status, out, err := loadWith(t, context.Background(), addr, "-c", "4", "-d", "200ms", "-warm", "10ms", "-rate", "1000")
	require.Equal(t, 0, status, err)
	assert.Contains(t, out, "4 connections, 1000 requests/s, 200ms after 10ms of warm-up\n")
	assert.Regexp(t, `planned   200 requests; \d+ sent by the end \([\d.]+ %\), \d+ without a reply at the end\n`, out)
	for _, what := range []string{"response", "service ", "late    "} {
		assert.Regexp(t, what+`  .*max [\d.]+ [mu]?s\n`, out)
	}

	status, out, err = loadWith(t, context.Background(), "-json", "-c", "4", "-d", "250ms", "-warm", "0s", "-rate", "2500", "-poisson", "-seed", "7", addr)
	require.Equal(t, 0, status, err)
	var r result
	require.NoError(t, json.Unmarshal([]byte(out), &r), out)
	assert.Equal(t, "poisson:2500:7", r.Arrivals)
	assert.InDelta(t, 625, r.Planned, 5*25, "5 standard deviations")
	assert.LessOrEqual(t, r.Sent, r.Planned)
	assert.Contains(t, r.Response, "p90")
	assert.Contains(t, r.Service, "max")
	assert.Contains(t, r.Lateness, "max")
	assert.GreaterOrEqual(t, r.Response["max"], r.Service["p50"])
	_, again, _ := loadWith(t, context.Background(), "-json", "-c", "4", "-d", "250ms", "-warm", "0s", "-rate", "2500", "-poisson", "-seed", "7", addr)
	assert.Contains(t, again, `"planned":`+strconv.FormatUint(r.Planned, 10)+`,`, "the same seed, the same plan")
}

func TestLoadWithThinkTime(t *testing.T) {
	status, out, err := loadWith(t, context.Background(), echo(t, 0), "-c", "4", "-d", "200ms", "-warm", "10ms", "-think", "2ms", "-think-exp")
	require.Equal(t, 0, status, err)
	assert.Contains(t, out, "4 connections, pauses of 2ms on average, 200ms after")
	assert.NotContains(t, out, "planned")
	assert.Contains(t, out, "\nlate ")
}

func TestPercentilesNeedSamplesBeyondThem(t *testing.T) {
	_, out, _ := loadWith(t, context.Background(), "-json", "-c", "1", "-d", "100ms", "-warm", "0s", echo(t, 0))
	var r result
	require.NoError(t, json.Unmarshal([]byte(out), &r), out)
	for _, p := range percentiles {
		_, shown := r.Response[name(p)]
		assert.Equal(t, float64(r.Replies)*(1-p/100) >= 50, shown, "%s of %d replies", name(p), r.Replies)
	}
}

func TestFailedConnectionsAreReported(t *testing.T) {
	addr := echo(t, 3)
	status, out, err := loadWith(t, context.Background(), "-c", "4", "-d", "700ms", "-warm", "0s", "-timeout", "600ms", addr)
	assert.Equal(t, 1, status)
	assert.Empty(t, err)
	assert.Contains(t, out, "answered  2 of 4 connections")
	assert.Contains(t, out, "errors    timeout 2 (first: connection ")
	assert.Contains(t, out, "no reply within 600ms")

	status, out, _ = loadWith(t, context.Background(), "-json", "-c", "2", "-d", "300ms", "-warm", "0s", "-timeout", "50ms", echo(t, 1))
	assert.Equal(t, 1, status)
	assert.Contains(t, out, `"errors":{"timeout":2,"first":"connection 0: no reply within 50ms"}`)
}

func TestCtrlCKeepsWhatIsMeasured(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		buf := make([]byte, 64)
		for n := 0; ; n++ {
			if n == 500 {
				cancel()
			}
			if _, err := io.ReadFull(c, buf); err != nil {
				return
			}
			_, _ = c.Write(buf)
		}
	}()
	status, out, stderr := loadWith(t, ctx, "-c", "1", "-d", "1h", "-warm", "0s", l.Addr().String())
	assert.Equal(t, 130, status)
	assert.Contains(t, stderr, "load: interrupted after ")
	assert.Contains(t, out, "errors    no errors")
	assert.Regexp(t, `rate +\d+ replies/s|rate +[\d,]+ replies/s`, out)
}

func TestWrongCommandLines(t *testing.T) {
	for reason, args := range map[string][]string{
		"exactly one target is needed":        {},
		"not 2":                               {"a:1", "b:2"},
		"no port in it":                       {"tcp://host"},
		"tcp has no path":                     {"tcp://host:1/x"},
		"TLS is not spoken here":              {"https://host/"},
		"ftp is not spoken here":              {"ftp://host/"},
		"no host in it":                       {"tcp://:7007"},
		"invalid port":                        {"tcp://host:port"},
		"at least one connection":             {"-c", "0", "a:1"},
		"longer than 0":                       {"-d", "0s", "a:1"},
		"at least one request":                {"-pipeline", "0", "a:1"},
		"choose 1 to 1024":                    {"-pipeline", "2000", "a:1"},
		"requests of 0 bytes":                 {"-bytes", "0", "a:1"},
		"means nothing to http://a/":          {"-bytes", "5", "http://a/"},
		"does not wait for replies":           {"-rate", "5", "-think", "1s", "a:1"},
		"give -rate, too":                     {"-poisson", "a:1"},
		"give their mean by -think":           {"-think-exp", "a:1"},
		"-visits and -c: choose one":          {"-visits", "5", "-c", "5", "a:1"},
		"-visits and -rate: choose one":       {"-visits", "5", "-rate", "5", "a:1"},
		"-visits 0: choose 1 to 1024":         {"-visits", "0", "a:1"},
		"-visits 2000: choose 1 to 1024":      {"-visits", "2000", "a:1"},
		"-slow -1: at least one slow client":  {"-slow", "-1", "a:1"},
		"nothing else is random":              {"-seed", "5", "-rate", "5", "a:1"},
		"-rate 0: choose more than 0":         {"-rate", "0", "a:1"},
		"-rate NaN: choose":                   {"-rate", "NaN", "a:1"},
		"1e+07 requests per second: choose":   {"-rate", "1e7", "a:1"},
		"-think 0s: choose":                   {"-think", "0s", "a:1"},
		"think time of 1h0m0s: choose":        {"-think", "1h", "a:1"},
		"invalid value \"x\" for flag -c":     {"-c", "x", "a:1"},
		"flag provided but not defined: -nix": {"-nix", "a:1"},
		"to CPU 1000":                         {"-cpu", "1000", "a:1"},
	} {
		status, out, err := loadWith(t, context.Background(), args...)
		assert.Equal(t, 2, status, args)
		assert.Empty(t, out, args)
		assert.Contains(t, err, reason)
		assert.Equal(t, 1, strings.Count(err, "\n"), err)
	}
}

func TestTargetThatIsNotThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	status, out, stderr := loadWith(t, context.Background(), l.Addr().String())
	assert.Equal(t, 1, status)
	assert.Empty(t, out)
	assert.Equal(t, "load: open 64 connections to "+l.Addr().String()+": connect, after 0 connections: connection refused\n", stderr)
}

func TestHelpNamesEveryFlag(t *testing.T) {
	status, out, _ := loadWith(t, context.Background(), "-help")
	assert.Equal(t, 0, status)
	for _, flag := range []string{"-c", "-d", "-warm", "-bytes", "-pipeline", "-rate", "-poisson", "-think", "-think-exp", "-seed", "-visits", "-slow", "-timeout", "-cpu", "-json"} {
		assert.Contains(t, out, "\n  "+flag+" ")
	}
	assert.Contains(t, out, "ranks no servers by latency")
}

func TestNumbersAreReadable(t *testing.T) {
	assert.Equal(t, "1,234,567", thousands(1234567))
	assert.Equal(t, "12", thousands(12))
	assert.Equal(t, "1 byte", plural(1, "byte"))
	assert.Equal(t, "52.3 us", span(52_340))
	assert.Equal(t, "12.0 ms", span(12_000_000))
	assert.Equal(t, "61.0 s", span(61_000_000_000))
}
