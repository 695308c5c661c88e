package supervise

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func pass(src io.Reader) (out, last string, lines int) {
	var dst bytes.Buffer
	r := relay{line: func() { lines++ }}
	r.copy(&dst, src)
	return dst.String(), r.lastLine(), lines
}

func TestRelay(t *testing.T) {
	for _, c := range []struct{ in, out, last string }{
		{"", "", ""},
		{"one\ntwo\n", "one\ntwo\n", "two"},
		{"one\ntwo", "one\ntwo\n", "two"},
		{"one\r\n\n\n", "one\r\n\n\n", "one"},
		{"\n\n", "\n\n", ""},
	} {
		for how, src := range map[string]io.Reader{
			"whole": strings.NewReader(c.in), "byte by byte": iotest.OneByteReader(strings.NewReader(c.in)),
			"with the end": iotest.DataErrReader(strings.NewReader(c.in)),
		} {
			out, last, _ := pass(src)
			assert.Equal(t, c.out, out, "%q %s", c.in, how)
			assert.Equal(t, c.last, last, "%q %s", c.in, how)
		}
	}
}

func TestRelaySplitsLongLines(t *testing.T) {
	in := strings.Repeat("x", 5*maxLine/2)
	out, last, _ := pass(strings.NewReader(in))
	assert.Equal(t, in, strings.ReplaceAll(out, "\n", ""))
	assert.Equal(t, 3, strings.Count(out, "\n"))
	assert.Len(t, last, maxKept)
}

func TestRelayKeepsLinesWhole(t *testing.T) {
	var written [][]byte
	r := relay{line: func() {}}
	r.copy(writer(func(p []byte) (int, error) {
		written = append(written, bytes.Clone(p))
		return len(p), nil
	}), iotest.OneByteReader(strings.NewReader("one\ntwo\n")))
	assert.Equal(t, [][]byte{[]byte("one\n"), []byte("two\n")}, written)
}

func TestRelayReadsOnWhenNobodyListens(t *testing.T) {
	src := strings.NewReader(strings.Repeat("x\n", maxLine))
	var r relay
	r.line = func() {}
	tries := 0
	r.copy(writer(func([]byte) (int, error) {
		tries++
		return 0, errors.New("broken pipe")
	}), src)
	assert.Equal(t, 1, tries)
	assert.Zero(t, src.Len())
	assert.Equal(t, "x", r.lastLine())
}

func TestRelayMakesTextOfAnything(t *testing.T) {
	_, last, _ := pass(strings.NewReader("a\xff\xfeb\n"))
	assert.Equal(t, "a?b", last)
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestLease(t *testing.T) {
	var l lease
	require.False(t, l.runs())
	require.Zero(t, l.left())
	over := make(chan int, 1)
	l.begin(1, func(n int) { over <- n })
	first := <-over
	assert.True(t, l.is(first))
	l.begin(1<<40, func(int) {})
	assert.False(t, l.is(first), "another one runs now")
	assert.True(t, l.runs())
	assert.Positive(t, l.left())
	l.end()
	assert.False(t, l.runs())
	assert.False(t, l.is(first+1))
}
