package conformance

import (
	"fmt"
	"strings"

	"c10klab/services/protocol"
)

func countCases() []Case {
	return cases(protocol.Count,
		Case{Name: "zero", Title: "no bytes are 0", Quick: true, run: func(s *script) {
			c := s.dial()
			c.halfClose()
			c.expect("0\n")
			c.expectEOF()
		}},
		Case{Name: "bytes", Title: "bytes are counted, not letters, words or lines", Quick: true, run: func(s *script) {
			counted(s, "h\u00e9llo\r\n\x00\nexit\n\n")
			counted(s, allBytes)
		}},
		Case{Name: "at-the-end", Title: "nothing is answered before the end of file", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send("hello\n")
			c.expectSilence()
			c.send("more\n")
			c.expectSilence()
			c.halfClose()
			c.expect("11\n")
			c.expectEOF()
		}},
		Case{Name: "bytewise", Title: "bytes that arrive one by one are counted once each", Quick: true, run: func(s *script) {
			c := s.dial()
			c.sendBytewise(strings.Repeat("x", 1000))
			c.halfClose()
			c.expect("1000\n")
			c.expectEOF()
		}},
		Case{Name: "large", Title: "16 MiB and 17 bytes are counted", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send(noise(16<<20 + 17))
			c.halfClose()
			c.expect("16777233\n")
			c.expectEOF()
		}},
		Case{Name: "own-number", Title: "each client gets the number of its own bytes", Quick: true, run: func(s *script) {
			for n := 1; n <= 3; n++ {
				counted(s, strings.Repeat("n", 100*n))
			}
		}},
		Case{Name: "reset", Title: "a client that resets instead of asking for its number harms nobody", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send("lost\n")
			c.reset()
			counted(s, "kept\n")
		}},
	)
}

// counted sends p, ends, and expects its length.
func counted(s *script, p string) {
	c := s.dial()
	c.send(p)
	c.halfClose()
	c.expect(fmt.Sprintf("%d\n", len(p)))
	c.expectEOF()
	c.leave()
}
