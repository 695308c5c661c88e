// Goroutine gives each client a goroutine: code that blocks, on threads that don't.
//
// The idea: the code of iterative and thread, unchanged. Where a read would
// block, the language parks the goroutine and runs another; its runtime does
// underneath what epoll does by hand. (gevent promised this to Python by
// patching its library; here it is the language.)
// Who waits where: goroutines in Read, and one of the runtime's threads, in epoll_pwait(2), for all.
// What breaks it: a few KB of stack for each client, and the scheduler's work at
// every switch; one loop over epoll does the same with less of both.
// Read next: generator and greenlet, the same idea with the switches visible.
package main

import (
	"net"
	"os"
	"runtime"

	"golang.org/x/sync/errgroup"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
)

func main() {
	procs := harness.Procs()
	harness.Main("goroutine", harness.Goroutines, func(s *harness.Server) error {
		runtime.GOMAXPROCS(*procs)
		return serve(s)
	})
}

// #region accept

func serve(s *harness.Server) error {
	var accepting errgroup.Group
	for _, from := range s.Listeners() {
		file := os.NewFile(uintptr(from.FD), from.App.String())
		defer file.Close() // and not before: collected as garbage, it would close a descriptor that the stop still needs
		listener, err := net.FileListener(file)
		if err != nil {
			return err
		}
		accepting.Go(func() error { return accept(s, listener.(*net.TCPListener), from) })
	}
	return accepting.Wait()
}

// accept starts a goroutine for each client of one application. If it fails the server ends.
func accept(s *harness.Server, listener *net.TCPListener, from harness.Listener) error {
	for {
		conn, err := listener.AcceptTCP()
		switch {
		case err == nil:
			go talk(s.Track(conn, from.App))
		case s.Stopping():
			return nil
		case !sock.Aborted(err) && !s.Full(err): // Full waits for room
			s.Stop()
			return err
		}
	}
}

// #endregion
// #region converse

// talk holds one conversation. Its error ends that conversation and nothing else.
func talk(conn *harness.Conn) {
	defer conn.Close()
	_ = drive.Converse(conn, conn.Session)
}

// #endregion
