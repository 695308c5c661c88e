//go:build faulty

// Getmessage is goroutine with a page that takes each receive for one request.
//
// The defect: what a receive begins with is looked at, GET or another method, as if a request always came whole and
// a receive always began with one.
// The symptom: with a browser it works. A request that arrives in two pieces, because it is long or the
// network is slow, is a bad one: 400. A form of more than 1,024 bytes never gets through.
// Why it is easy to make: a browser's GET is one segment, so one receive; and request.startswith("GET")
// reads like the definition of the protocol.
// Caught by: page/bytewise and page/split.
package main

import (
	"bytes"
	"net"
	"os"
	"runtime"

	"golang.org/x/sync/errgroup"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
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
			go talk(s.Track(conn, from.App), from.App)
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
func talk(conn *harness.Conn, app protocol.App) {
	defer conn.Close()
	if app == protocol.Page {
		_ = drive.Converse(requests{conn}, conn.Session)
		return
	}
	_ = drive.Converse(conn, conn.Session)
}

// requests is a connection that gives a conversation one request at a time.
type requests struct{ *harness.Conn }

// Read receives a request. What begins with no method is none, and is answered by 400.
func (r requests) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	if n > 0 && !beginsWithMethod(p[:n]) {
		n = copy(p, "no request\r\n\r\n")
	}
	return n, err
}

func beginsWithMethod(request []byte) bool {
	for _, method := range []string{"GET ", "HEAD ", "POST ", "PUT ", "DELETE "} {
		if bytes.HasPrefix(request, []byte(method)) {
			return true
		}
	}
	return false
}

// #endregion
