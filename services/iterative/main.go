// Iterative serves one client at a time, to its end.
//
// The idea: accept, talk, close, and only then accept again. It is the "before"
// of every other model here.
// Who waits where: the one thread, in read(2) for its client or in accept(2) for
// the next. Every other client waits in the backlog: connected, and unanswered.
// What breaks it: a second client. One that says nothing shuts everybody out.
// Read next: thread, the same code once for each client.
package main

import (
	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
)

func main() { harness.Main("iterative", harness.OneThread, serve) }

// #region accept

func serve(s *harness.Server) error {
	for {
		conn, err := s.Accept()
		if err != nil {
			return err
		}
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
