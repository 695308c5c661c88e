// Thread gives each client a kernel thread of its own.
//
// The idea: the code of iterative, once per client, in as many threads as there
// are clients. The kernel's scheduler does what a loop must do by hand.
// Who waits where: each client's thread in read(2); the thread that accepts in accept(2).
// What breaks it: memory (a stack and its page tables for each client, about 20 KB
// in the kernel alone), the switches between so many threads, and the limit on their
// number: beyond it clients wait in the backlog.
// Read next: threadpool, which bounds the threads; epoll, which needs one for all.
package main

import (
	"runtime"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

func main() { harness.Main("thread", harness.Threads, serve) }

// #region accept

func serve(s *harness.Server) error {
	for {
		conn, err := s.Accept()
		if err != nil {
			return err
		}
		go func() {
			runtime.LockOSThread() // and never unlocked: the thread ends with its client
			sock.NameThread(protocol.ServingThread)
			talk(conn)
		}()
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
