package session

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/services/protocol"
)

func TestEcho(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 200<<10/16)
	hold(t, protocol.Echo, []conversation{
		{name: "nothing"},
		{name: "a line", in: "hello\n", out: "hello\n"},
		{name: "any bytes", in: "\x00\xff\r\n\r", out: "\x00\xff\r\n\r"},
		{name: "more than may be owed", in: long, out: long},
	})
}

func FuzzEcho(f *testing.F) {
	f.Add("", uint64(1))
	f.Add("hello\n\x00\xff", uint64(2))
	f.Add(strings.Repeat("x", 70<<10), uint64(3))
	f.Fuzz(func(t *testing.T, input string, seed uint64) {
		assert.Equal(t, result{out: input}, splitAnywhere(t, protocol.Echo, input, seed))
	})
}
