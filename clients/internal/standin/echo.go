package standin

import (
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/engine"
)

// Echo serves echo without a meter, until the test ends.
func Echo(t *testing.T) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().String()
}

// Engines makes each engine anew, on whichever CPU, until the test ends.
type Engines struct{ T *testing.T }

// Engine does so; the name means nothing.
func (e Engines) Engine(_ string, o engine.Options) (*engine.Engine, error) {
	o.CPU = -1
	made, err := engine.New(o)
	if err == nil {
		e.T.Cleanup(made.Close)
	}
	return made, err
}
