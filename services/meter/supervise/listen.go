package supervise

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"c10klab/services/meter/listening"
	"c10klab/services/protocol"
)

// listenWithin bounds how long a started service may take to listen.
const listenWithin = 10 * time.Second

// silent returns the applications whose ports do not listen. Sockets in
// foreign were there before the service was started, so they are not its own.
func (s *Service) silent(apps []protocol.App, foreign map[uint64]bool) ([]protocol.App, error) {
	listeners, err := listening.Sockets(s.Proc)
	if err != nil {
		return nil, fmt.Errorf("look for its listening sockets: %w", err)
	}
	var missing []protocol.App
next:
	for _, a := range apps {
		at := netip.AddrPortFrom(s.Host, uint16(s.Ports[a.String()]))
		for _, l := range listeners {
			if l.Accepts(at) && !foreign[l.Inode] {
				continue next
			}
		}
		missing = append(missing, a)
	}
	return missing, nil
}

// sockets returns which sockets listen now.
func (s *Service) sockets() (map[uint64]bool, error) {
	listeners, err := listening.Sockets(s.Proc)
	if err != nil {
		return nil, fmt.Errorf("look for listening sockets: %w", err)
	}
	inodes := map[uint64]bool{}
	for _, l := range listeners {
		inodes[l.Inode] = true
	}
	return inodes, nil
}

// await returns when the service listens on the ports of all its applications.
// It looks when a line was logged, which is when most services begin to listen,
// and otherwise ever more seldom: looking takes CPU time that the service needs to start.
func (s *Service) await(l *life, apps []protocol.App, foreign map[uint64]bool) error {
	deadline := time.NewTimer(listenWithin)
	defer deadline.Stop()
	pause := 500 * time.Microsecond
	look := time.NewTimer(pause)
	defer look.Stop()
	for {
		missing, err := s.silent(apps, foreign)
		if err != nil || len(missing) == 0 {
			return err
		}
		select {
		case <-l.line:
		case <-look.C:
			pause = min(pause*3/2, 10*time.Millisecond)
			look.Reset(pause)
		case <-l.ended:
			return fmt.Errorf("%w: %s", ErrDied, describe(l.exit))
		case <-s.ending:
			return ErrEnding
		case <-deadline.C:
			return fmt.Errorf("%w on %s within %s", ErrNotListening, list(missing), listenWithin)
		}
	}
}

// list writes "echo and count" as "echo, count".
func list(apps []protocol.App) string { return strings.ReplaceAll(protocol.JoinApps(apps), ",", ", ") }
