package session

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/services/protocol"
)

func TestCount(t *testing.T) {
	hold(t, protocol.Count, []conversation{
		{name: "nothing", out: "0\n"},
		{name: "a byte", in: "x", out: "1\n"},
		{name: "lines are bytes", in: "one\r\ntwo", out: "8\n"},
		{name: "a megabyte", in: strings.Repeat("x", 1<<20), out: "1048576\n"},
	})
}

func TestCountSaysNothingWhenTheServerEnds(t *testing.T) {
	assert.Equal(t, result{}, stopping.converse(t, protocol.Count, "hello"))
}

func FuzzCount(f *testing.F) {
	f.Add("", uint64(1))
	f.Add("hello\n", uint64(2))
	f.Fuzz(func(t *testing.T, input string, seed uint64) {
		want := result{out: strconv.Itoa(len(input)) + "\n"}
		assert.Equal(t, want, splitAnywhere(t, protocol.Count, input, seed))
	})
}
