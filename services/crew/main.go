// Crew gives each client three kernel threads that take turns at its one socket.
//
// The idea (leader and followers): one thread leads: it reads, answers, and only then lets
// the next one lead. Their order is kept by a lock. It shows what threads buy that share a
// connection: a stream has an order, so only one of them can be useful at a time.
// Who waits where: of each client's three threads one in read(2), two in futex(2).
// What breaks it: three times what thread costs in memory, and a change of threads at every request;
// without the lock the answers overtake each other.
// Read next: thread, one thread for each client; threadpool, threads that share clients instead of one client.
package main

import (
	"runtime"
	"sync/atomic"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
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
		conn, err := s.Accept()
		if err != nil {
			return err
		}
		c := &crew{conn: conn, talk: drive.NewTalk(conn, conn.Session)}
		c.left.Store(members)
		for i := range members {
			c.turns[i] = make(chan struct{}, 1)
			go c.serve(i)
		}
		c.turns[0] <- struct{}{} // the first one leads
	}
	// #endregion
}

// crew is the threads of one connection.
type crew struct {
	conn  *harness.Conn
	talk  *drive.Talk
	turns [members]chan struct{} // where each waits for the lead
	left  atomic.Int32           // threads that have not ended
}

// #region turns

// serve is one thread of the crew: it waits for the lead in futex(2), for the
// client in read(2), answers, and gives the lead to the next.
func (c *crew) serve(me int) {
	runtime.LockOSThread() // and never unlocked: the thread ends with its client
	sock.NameThread(protocol.ServingThread)
	for range c.turns[me] {
		if done, err := c.talk.Turn(); done || err != nil {
			c.end()
			continue
		}
		c.turns[(me+1)%members] <- struct{}{}
	}
	if c.left.Add(-1) == 0 {
		_ = c.conn.Close()
	}
}

// end tells all of them, this one included, that the conversation is over.
func (c *crew) end() {
	for _, turn := range c.turns {
		close(turn)
	}
}

// #endregion
