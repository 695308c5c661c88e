package standin

import (
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/target"
	"c10klab/services/protocol"
)

func TestItEndsAndListensAgainAtItsPort(t *testing.T) {
	s := New(t, func(c net.Conn, conn int) { _, _ = c.Write([]byte{byte('0' + conn)}) })
	require.NoError(t, s.Listen())
	s.Handle("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "well") })
	at := s.Target(target.Service{Name: "epoll"})
	hear := func() string {
		c, err := net.Dial("tcp", at.Addr(protocol.Echo))
		if err != nil {
			return "refused"
		}
		defer c.Close()
		words, _ := io.ReadAll(c)
		return string(words)
	}
	assert.Equal(t, "0", hear())
	assert.Equal(t, "1", hear())
	s.Mu.Lock()
	s.HangUp()
	s.Mu.Unlock()
	assert.Equal(t, "refused", hear())
	s.Mu.Lock()
	require.NoError(t, s.Listen())
	s.Mu.Unlock()
	assert.Equal(t, "0", hear(), "a fresh one, which counts anew")

	r, err := http.Get(at.Control + "/healthz")
	require.NoError(t, err)
	defer r.Body.Close()
	words, _ := io.ReadAll(r.Body)
	assert.Equal(t, "well", string(words))
}

func TestItTakesSoManyAtMost(t *testing.T) {
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	s := New(t, func(c net.Conn, _ int) { _, _ = c.Write([]byte("x")); <-end })
	s.Full = func(connected int) bool { return connected >= 1 }
	require.NoError(t, s.Listen())
	first, err := net.Dial("tcp", s.Target(target.Service{}).Addr(protocol.Echo))
	require.NoError(t, err)
	defer first.Close()
	_, err = io.ReadFull(first, make([]byte, 1))
	require.NoError(t, err)
	second, err := net.Dial("tcp", s.Target(target.Service{}).Addr(protocol.Echo))
	require.NoError(t, err)
	defer second.Close()
	_, err = second.Read(make([]byte, 1))
	assert.Error(t, err, "closed, or reset")
	s.Mu.Lock()
	assert.Equal(t, 1, s.Clients())
	s.Mu.Unlock()
}
