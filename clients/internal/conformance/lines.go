package conformance

import (
	"strings"

	"c10klab/services/protocol"
)

// lineApp is what the three applications that speak in lines have in common:
// their cases about where lines begin, end and stop are the same.
type lineApp struct {
	app     protocol.App
	hello   string          // what comes on connect
	lines   []string        // some good lines, without their ends
	answers []string        // what each is answered
	refused func(c *client) // expects the answer to a line that means nothing
}

// greeted connects and takes the greeting, where there is one.
func (l lineApp) greeted(s *script) *client {
	c := s.dial()
	c.expect(l.hello)
	return c
}

// all returns the good lines, each with the end given, and their answers.
func (l lineApp) all(end string) (lines, answers string) {
	return strings.Join(l.lines, end) + end, strings.Join(l.answers, "")
}

func (l lineApp) cases() []Case {
	first, answer := l.lines[0], l.answers[0]
	lines, answers := l.all("\n")
	return cases(l.app,
		Case{Name: "whole", Title: "each line is answered", Quick: true, run: func(s *script) {
			c := l.greeted(s)
			for i, line := range l.lines {
				c.ask(line+"\n", l.answers[i])
			}
			c.end()
		}},
		Case{Name: "bytewise", Title: "lines that arrive byte by byte are answered as whole ones are", Quick: true, run: func(s *script) {
			c := l.greeted(s)
			c.sendBytewise(lines)
			c.expect(answers)
			c.end()
		}},
		Case{Name: "merged", Title: "lines that arrive at once are answered in order", Quick: true, run: func(s *script) {
			c := l.greeted(s)
			c.ask(lines, answers)
			c.end()
		}},
		Case{Name: "megabyte", Title: "one megabyte of lines in one write is answered line by line", run: func(s *script) {
			c := l.greeted(s)
			line := strings.Repeat("9", 1000) + "\n" // means nothing anywhere
			finish := c.sendBeside(strings.Repeat(line, 1<<20/len(line)), false)
			for range 1 << 20 / len(line) {
				l.refused(c)
			}
			finish()
			c.ask(first+"\n", answer)
			c.end()
		}},
		Case{Name: "split", Title: "a line may end in one piece and the next begin in it", Quick: true, run: func(s *script) {
			c := l.greeted(s)
			c.send(first[:len(first)/2])
			c.expectSilence()
			c.ask(first[len(first)/2:]+"\n"+first, answer)
			c.expectSilence()
			c.ask("\n", answer)
			c.end()
		}},
		Case{Name: "crlf", Title: "a \\r directly before \\n does not count", Quick: true, run: func(s *script) {
			c := l.greeted(s)
			crlf, _ := l.all("\r\n")
			c.ask(crlf, answers)
			c.send(first + "\r\r\n") // one \r is dropped, the other is part of the line
			l.refused(c)
			c.send(first + "\r")
			c.expectSilence()
			c.ask("\n", answer)
			c.end()
		}},
		Case{Name: "tail", Title: "a last line without its end is ignored", Quick: true, run: func(s *script) {
			c := l.greeted(s)
			c.send(first + "\n" + first)
			c.halfClose()
			c.expect(answer)
			c.expectEOF()
		}},
		Case{Name: "half-close-owed", Title: "after the end of file the client still gets all that it is owed", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send(lines)
			c.halfClose()
			c.expect(l.hello + answers)
			c.expectEOF()
		}},
		Case{Name: "line-1024", Title: "a line of 1,024 bytes is a line, with \\n and with \\r\\n", Quick: true, run: func(s *script) {
			c := l.greeted(s)
			for _, end := range []string{"\n", "\r\n"} {
				c.send(strings.Repeat("9", protocol.MaxLine) + end)
				l.refused(c)
			}
			c.ask(first+"\n", answer)
			c.end()
		}},
		Case{Name: "line-1025", Title: "a line of 1,025 bytes is refused, and the connection closed", Quick: true, run: func(s *script) {
			for _, end := range []string{"\n", "\r\n", "\r\r\n"} {
				c := l.greeted(s)
				n := protocol.MaxLine + 1
				if end == "\r\r\n" {
					n-- // its first \r is the byte too many
				}
				c.send(strings.Repeat("9", n) + end)
				c.expect(protocol.LineTooLong)
				c.expectEOF()
				c.leave()
			}
		}},
		Case{Name: "line-bytewise", Title: "the bound of a line does not depend on where its bytes are split", Quick: true, run: func(s *script) {
			c := l.greeted(s)
			c.sendBytewise(strings.Repeat("9", protocol.MaxLine) + "\r\n")
			l.refused(c)
			c.sendBytewise(strings.Repeat("9", protocol.MaxLine+1))
			c.send("\n")
			c.expect(protocol.LineTooLong)
			c.expectEOF()
		}},
		Case{Name: "line-endless", Title: "a line that never ends is refused at its bound", Quick: true, run: func(s *script) {
			c := l.greeted(s)
			c.send(strings.Repeat("9", 4*protocol.MaxLine))
			c.expect(protocol.LineTooLong)
			c.expectEOF()
		}},
		Case{Name: "line-too-long-last", Title: "answers before a line too long are given, what follows it is discarded", Quick: true, run: func(s *script) {
			c := l.greeted(s)
			c.send(first + "\n" + strings.Repeat("x", protocol.MaxLine+1) + "\n" + first + "\n")
			c.expect(answer + protocol.LineTooLong)
			c.expectEOF()
		}},
		Case{Name: "lingers", Title: "the last words arrive whole although the client goes on sending", Quick: true, run: func(s *script) {
			c := l.greeted(s)
			c.send(first + "\n" + strings.Repeat("x", protocol.MaxLine+1) + "\n")
			for range 16 { // a server that closes at once answers these with a reset
				c.send(noise(16 << 10))
			}
			c.halfClose()
			c.expect(answer + protocol.LineTooLong)
			c.expectEOF()
		}},
	)
}
