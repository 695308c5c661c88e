//go:build faulty

// Exitmessage is thread with a menu that takes each receive for one message.
//
// The defect: TCP carries bytes, not messages. What a client sends in two pieces is two receives, what it sends twice
// may be one; neither equals "exit" then.
// The symptom: by hand the menu works. A client that types slowly, is far away, or asks for two things at a time
// gets "Please try again", now and then, and can't leave.
// Why it is easy to make: on one machine, with a line typed at a time, each send is one receive, every time. What a
// network does can't be seen there.
// Caught by: menu/exit-bytewise, and exit among other lines by menu/exit-discards.
package main

import (
	"io"
	"regexp"
	"runtime"
	"strings"
	"time"

	"c10klab/services/internal/drive"
	"c10klab/services/internal/harness"
	"c10klab/services/internal/sock"
	"c10klab/services/protocol"
)

func main() { harness.Main("thread", harness.Threads, serve) }

// #region accept

func serve(s *harness.Server) error {
	for {
		client, err := s.Take()
		if err != nil {
			return err
		}
		conn := s.Begin(client)
		go func() {
			runtime.LockOSThread() // and never unlocked: the thread ends with its client
			sock.NameThread(protocol.ServingThread)
			talk(conn, client.App)
		}()
	}
}

// #endregion
// #region converse

// talk holds one conversation. Its error ends that conversation and nothing else.
func talk(conn *harness.Conn, app protocol.App) {
	defer conn.Close()
	if app == protocol.Menu {
		menu(conn)
		return
	}
	_ = drive.Converse(conn, conn.Session)
}

var service = regexp.MustCompile(`^1[0-9]{3}$`)

// menu answers the telephone, message by message.
func menu(conn *harness.Conn) {
	say := func(text string) bool {
		_, err := io.WriteString(conn, text)
		return err == nil
	}
	buf := make([]byte, 1024)
	for ok := say(protocol.MenuGreeting); ok; {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		switch message := strings.TrimRight(string(buf[:n]), "\r\n"); {
		case message == "0":
			ok = say(protocol.MenuAgent)
		case service.MatchString(message):
			ok = say(protocol.MenuBusy(message))
		case message == "exit":
			say(protocol.MenuGoodbye)
			hangUp(conn)
			return
		default:
			ok = say(protocol.MenuAgain)
		}
	}
}

// hangUp sends the end of file, and reads on until the client's, for a second at most.
func hangUp(conn *harness.Conn) {
	buf := make([]byte, 1024)
	end := time.Now().Add(protocol.Linger)
	for err := conn.CloseWrite(); err == nil && time.Now().Before(end); {
		if err = conn.SetReadDeadline(end); err == nil {
			_, err = conn.Read(buf)
		}
	}
}

// #endregion
