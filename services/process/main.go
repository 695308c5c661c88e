// Process gives each client a process of its own.
//
// The idea: the parent accepts, starts itself again with the client's socket
// inherited, closes its own copy and accepts on. The child is iterative with one client. (C would
// fork(2); a Go program has threads, which fork leaves behind, so it executes itself anew.)
// Who waits where: each child in read(2); the parent in accept(2), and a thread of it in wait4(2).
// What breaks it: the price of a start, one to two milliseconds of CPU, and a megabyte or more for
// each client. A parent that forgets to close its copy never lets a client see
// the end; one that forgets to reap fills the process table with zombies.
// Read next: prefork, which starts its processes beforehand; thread, the same with less.
package main

import (
	"syscall"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
)

func main() { harness.Main("process", harness.Processes, serve) }

func serve(s *harness.Server) error {
	if s.Child() {
		talk(s.Client())
		return nil
	}
	// #region accept
	for {
		client, err := s.Take()
		if err != nil {
			return err
		}
		pid, err := start(s, client)
		_ = client.Close() // the parent's copy: while it is open the client never sees the end
		s.Adopt(pid, err)  // to be reaped
	}
	// #endregion
}

// #region start

// start executes this program again, as a child whose descriptor 3 is the client's socket.
func start(s *harness.Server, client harness.Accepted) (pid int, err error) {
	return syscall.ForkExec("/proc/self/exe", s.ChildArgs(client.App.String()), &syscall.ProcAttr{
		Env:   s.ChildEnv(),
		Files: []uintptr{0, 1, 2, uintptr(client.FD)},
		Sys:   harness.WithParent,
	})
}

// #endregion
// #region converse

// talk holds one conversation. Its error ends that conversation and nothing else.
func talk(conn *harness.Conn) {
	defer conn.Close()
	_ = drive.Converse(conn, conn.Session)
}

// #endregion
