package building

import (
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// load is clients that ask one server as fast as it answers, and what that cost it.
type load struct {
	server    *process
	ask, want []byte
	conns     []net.Conn
	requests  int64
	spent     time.Duration
}

func (l *load) connect(n int) error {
	for range n {
		c, err := net.DialTimeout("tcp", l.server.addr, patience)
		if err != nil {
			return err
		}
		l.conns = append(l.conns, c)
	}
	return nil
}

func (l *load) close() {
	for _, c := range l.conns {
		_ = c.Close()
	}
}

// each is CPU time per request, in ns; 0 where nothing was measured.
func (l *load) each() float64 {
	if l.requests == 0 {
		return 0
	}
	return float64(l.spent) / float64(l.requests)
}

// slice asks on all connections for a while. It counts if keep is set.
func (l *load) slice(keep bool) error {
	before, err := l.server.cpu()
	if err != nil {
		return err
	}
	var done atomic.Int64
	errs := make(chan error, len(l.conns))
	var all sync.WaitGroup
	end := time.Now().Add(slice)
	for _, c := range l.conns {
		all.Go(func() {
			have := make([]byte, len(l.want))
			for time.Now().Before(end) {
				if err := exchange(c, l.ask, l.want, have); err != nil {
					errs <- err
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	select {
	case err := <-errs:
		return err
	default:
	}
	after, err := l.server.cpu()
	if err == nil && keep {
		l.requests += done.Load()
		l.spent += after - before
	}
	return err
}

func exchange(c net.Conn, ask, want, have []byte) error {
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write(ask); err != nil {
		return err
	}
	if _, err := io.ReadFull(c, have); err != nil {
		return err
	}
	if string(have) != string(want) {
		return fmt.Errorf("%s", differ(ask, want, have, ""))
	}
	return nil
}
