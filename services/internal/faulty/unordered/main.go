//go:build faulty

// Unordered is crew without its lock: three threads, each of which reads and answers whenever it can.
//
// The defect: each thread takes the next piece of what the client says, and answers it in its own time. Nothing keeps the
// answers in the order of the questions.
// The symptom: a client that asks twice without waiting for the first answer gets the second one first, if that is
// quicker. Lines that arrive in pieces are read by several threads, and understood by none.
// Why it is easy to make: the threads share no data but the socket, and read(2) and write(2) are safe to
// call from several threads, so no lock seems to be needed. A client that waits for each answer never shows it.
// Caught by: wait/in-order and work/in-order.
package main

import (
	"runtime"
	"sync/atomic"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/session"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

// members is how many threads share a connection.
const members = 3

func main() { harness.Main("crew", harness.Threads, serve) }

func serve(s *harness.Server) error {
	s.ThreadsEach(members)
	// #region accept
	for {
		client, err := s.Take()
		if err != nil {
			return err
		}
		c := &crew{conn: s.Begin(client)}
		c.left.Store(members)
		go c.serve(c.conn.Session)
		for range members - 1 {
			other := new(session.Session)
			s.Start(other, client.App, client.FD)
			other.Sent(len(other.Pending())) // one of them greets the client
			go c.serve(other)
		}
	}
	// #endregion
}

// crew is the threads of one connection.
type crew struct {
	conn *harness.Conn
	left atomic.Int32 // threads that have not ended
}

// #region turns

// serve is one thread of the crew: it waits for the client in read(2), answers, and begins anew.
func (c *crew) serve(s *session.Session) {
	runtime.LockOSThread() // and never unlocked: the thread ends with its client
	sock.NameThread(protocol.ServingThread)
	_ = drive.Converse(c.conn, s)
	if c.left.Add(-1) == 0 {
		_ = c.conn.Close()
	}
}

// #endregion
