package drive

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/services/internal/session"
	"c10klab/services/protocol"
)

// script is a client that says what it has to say and keeps what it is answered.
type script struct {
	io.Reader
	strings.Builder
}

func (s *script) Read(p []byte) (int, error) { return s.Reader.Read(p) }

func TestConverse(t *testing.T) {
	large := strings.Repeat("abc", 1<<20)
	for _, c := range []struct {
		app        protocol.App
		says, want string
	}{
		{protocol.Echo, "", ""},
		{protocol.Echo, "hello", "hello"},
		{protocol.Echo, large, large},
		{protocol.Count, large, "3145728\n"},
		{protocol.Menu, "0\nexit\nignored", protocol.MenuGreeting + protocol.MenuAgent + protocol.MenuGoodbye},
		{protocol.Wait, "1\n0\n", "waited 1\nwaited 0\n"},
	} {
		for name, reader := range map[string]io.Reader{
			"whole":         strings.NewReader(c.says),
			"by halves":     iotest.HalfReader(strings.NewReader(c.says)),
			"end with data": iotest.DataErrReader(strings.NewReader(c.says)),
		} {
			client := &script{Reader: reader}
			require.NoError(t, Converse(client, session.New(c.app)), name)
			assert.True(t, c.want == client.String(), "%v, %s: %d bytes came, %d were expected", c.app, name, client.Len(), len(c.want))
		}
	}
}

func TestConverseEndsWithTheClientsError(t *testing.T) {
	broken := errors.New("broken")
	client := &script{Reader: io.MultiReader(strings.NewReader("hi"), iotest.ErrReader(broken))}
	assert.ErrorIs(t, Converse(client, session.New(protocol.Echo)), broken)
	assert.Equal(t, "hi", client.String(), "what was received before is answered")
}

// A child process of a pool collects its garbage megabytes later, and there are many of them.
func TestAConversationLeavesItsBuffersToTheNext(t *testing.T) {
	const conversations = 1000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range conversations {
		broken := iotest.ErrReader(errors.New("reset"))
		require.Error(t, Converse(&script{Reader: broken}, session.New(protocol.Echo)))
	}
	runtime.ReadMemStats(&after)
	assert.Less(t, (after.TotalAlloc-before.TotalAlloc)/conversations, uint64(firstRead), "bytes a conversation")
}

func TestAStopIsNoEndOfFile(t *testing.T) {
	client := &script{Reader: io.MultiReader(strings.NewReader("12345"), iotest.ErrReader(ErrStopping))}
	require.NoError(t, Converse(client, session.New(protocol.Count)))
	assert.Empty(t, client.String())
}

func TestFitGoesUpWhileReadsFillAndDownWhenOneDoesNot(t *testing.T) {
	first := make([]byte, firstRead)
	assert.Len(t, fit(first, 64, first), firstRead)
	large := fit(first, firstRead, first)
	assert.Len(t, large, protocol.ReadSize)
	assert.Len(t, fit(large, protocol.ReadSize, first), protocol.ReadSize)
	assert.Len(t, fit(large, firstRead, first), firstRead)
}
