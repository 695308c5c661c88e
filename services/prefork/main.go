// Prefork serves with a fixed pool of processes, started beforehand.
//
// The idea: all children inherit the one listening socket, and each is
// iterative: accept, talk, close. The kernel gives a new client to one of those that wait in
// accept; nothing is started while a client waits. The parent replaces a child that dies.
// Who waits where: each child in accept(2) or in read(2); the parent in wait4(2).
// What breaks it: the client after the last free child (-pool): it is connected, and unanswered
// until another leaves. Clients that say nothing fill the pool.
// Read next: threadpool, the same with threads; process, a child for each client.
package main

import (
	"syscall"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
)

func main() {
	pool := harness.Pool()
	harness.Main("prefork", harness.Processes, func(s *harness.Server) error {
		if s.Child() {
			return serve(s)
		}
		return keep(s, s.Fit(*pool))
	})
}

// #region start

// keep has n children run, until the server stops.
func keep(s *harness.Server, n int) error {
	for {
		if err := s.AwaitChildren(n); err != nil {
			return err
		}
		s.Adopt(start(s))
	}
}

// start executes this program again, as a child that has the listening sockets from descriptor 3 on.
func start(s *harness.Server) (pid int, err error) {
	files := []uintptr{0, 1, 2}
	for _, listener := range s.Listeners() {
		files = append(files, uintptr(listener.FD))
	}
	return syscall.ForkExec("/proc/self/exe", s.ChildArgs(harness.Acceptor), &syscall.ProcAttr{
		Env:   s.ChildEnv(),
		Files: files,
		Sys:   harness.WithParent,
	})
}

// #endregion
// #region accept

// serve is what each child does: one client at a time, to its end.
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
