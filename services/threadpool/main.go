// Threadpool serves with a fixed number of kernel threads and a bounded queue.
//
// The idea: one thread accepts and puts connections into a queue; K threads
// take them out and serve each to its end. No thread is started for a client, and neither threads nor
// memory can run away: what doesn't fit into the queue waits in the backlog, or with -admit is turned away.
// Who waits where: each thread of the pool in read(2) for its client, or in futex(2)
// for the queue; the thread that accepts in accept(2).
// What breaks it: the client after the K-th (-pool): it is connected, and unanswered until another leaves.
// Read next: prefork, the same with processes; hybrid, where a pool has requests for work, not connections.
package main

import (
	"runtime"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

func main() {
	pool, queue, admit := harness.Pool(), harness.Queue(), harness.Admit()
	harness.Main("threadpool", harness.Threads, func(s *harness.Server) error {
		return serve(s, *pool, *queue, *admit)
	})
}

func serve(s *harness.Server, pool, queue, admit int) error {
	// #region setup
	waiting := make(chan *harness.Conn, queue)
	defer close(waiting)
	for range s.Fit(pool) {
		go work(waiting)
	}
	// #endregion
	// #region accept
	for {
		conn, err := s.Accept()
		switch {
		case err != nil:
			return err
		case admit > 0 && len(waiting) >= admit:
			s.Log("refused", "%d wait for the pool already: a client is turned away", admit)
			_ = conn.Close()
		default:
			if len(waiting) == queue {
				s.Log("full", "no room for another client: %d wait for the pool; the others wait in the backlog", queue)
			}
			waiting <- conn
		}
	}
	// #endregion
}

// #region wait

// work is one thread of the pool. It waits for its next client in futex(2): so a
// goroutine does that is locked to its thread.
func work(waiting <-chan *harness.Conn) {
	runtime.LockOSThread()
	sock.NameThread(protocol.ServingThread)
	for conn := range waiting {
		talk(conn)
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
