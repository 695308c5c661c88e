package control

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"c10klab/services/protocol"
)

// probeWithin bounds an echo round trip, its connection included.
const probeWithin = time.Second

// Health says how the service is, with an HTTP status: 200 if that is as it
// should be. If it serves echo it is asked for one; a service that listens but
// does not answer now may have its one client already, so that is healthy, too.
func (a *API) Health(ctx context.Context) (protocol.Health, int) {
	h := a.Service.Health()
	if h.State == protocol.Serving && slices.Contains(h.Apps, protocol.Echo.String()) {
		ctx, cancel := context.WithTimeout(ctx, probeWithin)
		defer cancel()
		at := netip.AddrPortFrom(a.Service.Host, uint16(h.Ports[protocol.Echo.String()]))
		wrong, err := probe(ctx, at)
		switch {
		case wrong:
			h.Message = err.Error()
			return h, http.StatusServiceUnavailable
		case err != nil:
			h.State, h.Message = protocol.Occupied, err.Error()
		}
	}
	switch h.State {
	case protocol.Serving, protocol.Occupied, protocol.Stopped:
		return h, http.StatusOK
	default:
		return h, http.StatusServiceUnavailable
	}
}

// probe makes one echo round trip. wrong: other bytes came back than were
// sent. It half-closes and reads to the end, so that the server sees an
// ordinary client that says goodbye, and no reset.
func probe(ctx context.Context, at netip.AddrPort) (wrong bool, err error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", at.String())
	if err != nil {
		return false, fmt.Errorf("echo: %w", err)
	}
	defer func() { _ = conn.Close() }()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return false, fmt.Errorf("echo: %w", err)
	}
	sent := []byte("are you there?\n")
	if _, err := conn.Write(sent); err != nil {
		return false, fmt.Errorf("echo: %w", err)
	}
	got := make([]byte, len(sent))
	if n, err := io.ReadFull(conn, got); err != nil {
		return false, fmt.Errorf("echo: %d of %d bytes within %s: %w", n, len(sent), probeWithin, err)
	}
	if !bytes.Equal(got, sent) {
		return true, fmt.Errorf("echo answered %q to %q", got, sent)
	}
	if tcp, ok := conn.(*net.TCPConn); ok && tcp.CloseWrite() == nil {
		_ = conn.SetReadDeadline(time.Now().Add(probeWithin / 2))
		_, _ = conn.Read(got) // end of file, or a peer that does not close: it has answered
	}
	return false, nil
}
