package drive

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"c10klab/services/protocol"
)

// An idle conversation is a Conn and a place in the table: what the readiness
// models take for each connection, where a thread takes 20 KB.
func TestAnIdleConversationIsSmall(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(Conn{}), uintptr(256))
}

func TestAnEchoAllocatesNothing(t *testing.T) {
	conns, add := table(t)
	c, peer := add(protocol.Echo)
	request, reply := make([]byte, 64), make([]byte, 64)
	assert.Zero(t, testing.AllocsPerRun(1000, func() { echo(t, conns, c, peer, request, reply) }))
}

func BenchmarkEcho(b *testing.B) {
	conns, add := table(b)
	c, peer := add(protocol.Echo)
	request, reply := make([]byte, 64), make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		echo(b, conns, c, peer, request, reply)
	}
}

func echo(t testing.TB, conns *Conns, c *Conn, peer int, request, reply []byte) {
	if _, err := unix.Write(peer, request); err != nil {
		require.NoError(t, err)
	}
	more, done, err := c.Advance(true, false)
	if err != nil || done {
		t.Fatal(done, err)
	}
	conns.Settle(c, more)
	if n, err := unix.Read(peer, reply); n != len(request) || err != nil {
		t.Fatal(n, err)
	}
}
