package conformance

import (
	"errors"
	"os"
	"strings"
	"time"

	"c10klab/services/protocol"
)

var menu = lineApp{
	app:     protocol.Menu,
	hello:   protocol.MenuGreeting,
	lines:   []string{"1234", "0", "hello", "1000"},
	answers: []string{protocol.MenuBusy("1234"), protocol.MenuAgent, protocol.MenuAgain, protocol.MenuBusy("1000")},
	refused: func(c *client) { c.expect(protocol.MenuAgain) },
}

func menuCases() []Case {
	return append(menu.cases(), cases(protocol.Menu,
		Case{Name: "greeting", Title: "the greeting comes on connect, before anything is sent", Quick: true, run: func(s *script) {
			c := s.dial()
			c.expect(protocol.MenuGreeting)
			c.expectSilence()
			c.end()
		}},
		Case{Name: "services", Title: "1 and three digits are a service, and nothing else is", Quick: true, run: func(s *script) {
			c := menu.greeted(s)
			for _, number := range []string{"1000", "1234", "1999", "1086"} {
				c.ask(number+"\n", protocol.MenuBusy(number))
			}
			for _, line := range []string{"", "1", "12", "123", "12345", "10086", "2000", "0000", "1a23", " 1234", "1234 ", "+1234", "1 23", "1234\x00", "1\u0662\u0663\u0664"} {
				c.ask(line+"\n", protocol.MenuAgain)
			}
			c.end()
		}},
		Case{Name: "agent", Title: "0 is the agent, and only 0", Quick: true, run: func(s *script) {
			c := menu.greeted(s)
			c.ask("0\n", protocol.MenuAgent)
			for _, line := range []string{"00", "0 ", " 0", "-0", "0.0", "\x00"} {
				c.ask(line+"\n", protocol.MenuAgain)
			}
			c.end()
		}},
		Case{Name: "exit", Title: "exit is answered, and the connection closed", Quick: true, run: func(s *script) {
			for _, line := range []string{"exit\n", "exit\r\n"} {
				c := menu.greeted(s)
				c.send(line)
				c.expect(protocol.MenuGoodbye)
				c.expectEOF()
				c.leave()
			}
		}},
		Case{Name: "exit-exactly", Title: "what only resembles exit is no exit", Quick: true, run: func(s *script) {
			c := menu.greeted(s)
			for _, line := range []string{"EXIT", "Exit", "exit ", " exit", "exits", "exi", "xit", "0exit", "quit"} {
				c.ask(line+"\n", protocol.MenuAgain)
			}
			c.end()
		}},
		Case{Name: "exit-discards", Title: "what comes after exit is discarded", Quick: true, run: func(s *script) {
			c := menu.greeted(s)
			c.send("0\nexit\n0\n1234\nexit\n")
			c.expect(protocol.MenuAgent + protocol.MenuGoodbye)
			c.expectEOF()
		}},
		Case{Name: "exit-lingers", Title: "all that is owed before exit arrives although the client goes on sending", Quick: true, run: func(s *script) {
			c := s.dialNarrow()
			c.send(strings.Repeat("0\n", 4000) + "exit\n")
			finish := c.sendBeside(noise(512<<10), true)
			s.pause(quiet) // the server writes 100 KiB into sockets that nobody empties, with unread input behind it
			c.expect(protocol.MenuGreeting + strings.Repeat(protocol.MenuAgent, 4000) + protocol.MenuGoodbye)
			c.expectEOF()
			finish()
		}},
		Case{Name: "exit-bytewise", Title: "exit that arrives in pieces is exit", Quick: true, run: func(s *script) {
			for _, send := range []func(c *client){
				func(c *client) { c.sendBytewise("exit\n") },
				func(c *client) { c.send("ex"); s.pause(quiet / 3); c.send("it\n") },
			} {
				c := menu.greeted(s)
				send(c)
				c.expect(protocol.MenuGoodbye)
				c.expectEOF()
				c.leave()
			}
		}},
		Case{Name: "exit-unended", Title: "exit without its end is no exit", Quick: true, run: func(s *script) {
			c := menu.greeted(s)
			c.send("exit")
			c.halfClose()
			c.expectEOF()
		}},
		Case{Name: "hang-up", Title: "a client that neither leaves nor is silent after exit is hung up on", run: hungUpOn},
		Case{Name: "many", Title: "40,000 lines in one write are all answered", Quick: true, run: func(s *script) {
			c := menu.greeted(s)
			c.exchange(strings.Repeat("0\n", 40_000), strings.Repeat(protocol.MenuAgent, 40_000))
			c.end()
		}},
		Case{Name: "never-reads", Title: "a client that asks and never reads is no longer read from, and loses nothing", run: func(s *script) {
			// Lines about as long as their answers: sockets hold megabytes of them, and all those answers must be read in the end.
			const limit = 64 << 20
			line := strings.Repeat("x", 31) + "\n"
			c := s.dialNarrow()
			pushed := c.push(strings.Repeat(line, 2<<10), limit, stuck)
			if pushed >= limit {
				s.fail("%s: sent %d MiB of lines without reading an answer, and the server went on taking them", c.name, limit>>20)
			}
			c.expect(protocol.MenuGreeting)
			for left := pushed / len(line); left > 0; left -= min(left, 1000) {
				c.expect(strings.Repeat(protocol.MenuAgain, min(left, 1000)))
			}
			if part := pushed % len(line); part > 0 {
				c.ask(line[part:], protocol.MenuAgain)
			}
			c.end()
		}},
	)...)
}

// hungUpOn keeps sending after goodbye: the server discards that for a second,
// then closes, and the next byte is answered by a reset.
func hungUpOn(s *script) {
	c := menu.greeted(s)
	c.send("exit\n")
	c.expect(protocol.MenuGoodbye)
	c.expectEOF()
	limit := s.target.Patience + protocol.Linger
	for end := time.Now().Add(limit); time.Now().Before(end); s.pause(quiet) {
		if err := c.write("still here\n"); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
	s.fail("%s: went on sending for %v after the server's end of file, and the server still took it: it must close after %v",
		c.name, limit, protocol.Linger)
}
