//go:build faulty

// Parentcopy is process whose parent keeps its own copy of the client's socket.
//
// The defect: after the start of a child both have the connection. It ends when the last copy is
// closed, and the parent never closes its own.
// The symptom: a client that has been answered and half-closes waits for the end of file for ever; and the
// parent runs out of descriptors, however few clients there are at a time.
// Why it is easy to make: the child closes, so it seems to be closed; with threads, where all
// share one table of descriptors, closing it here would be the mistake. Clients that close by themselves see no difference.
// Caught by: echo/nothing, and the descriptors by echo/descriptors.
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
		s.Adopt(pid, err) // to be reaped
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
