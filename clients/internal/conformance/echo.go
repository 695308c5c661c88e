package conformance

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"

	"c10klab/services/protocol"
)

// allBytes is every byte value once, in order.
var allBytes = func() string {
	p := make([]byte, 256)
	for i := range p {
		p[i] = byte(i)
	}
	return string(p)
}()

// noise is n bytes in which a lost, doubled or swapped piece shows. (ChaCha8 fills a buffer at once: with the race
// detector a megabyte drawn byte by byte takes longer than the cases that send it.)
func noise(n int) string {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], uint64(n))
	p := make([]byte, n)
	_, _ = rand.NewChaCha8(seed).Read(p) // never fails
	return string(p)
}

func echoCases() []Case {
	return cases(protocol.Echo,
		Case{Name: "whole", Title: "what is sent comes back", Quick: true, run: func(s *script) {
			c := s.dial()
			c.ask("hello, world\n", "hello, world\n")
			c.ask("and again\n", "and again\n")
			c.end()
		}},
		Case{Name: "nothing", Title: "a client that sends nothing gets nothing, then the end", Quick: true, run: func(s *script) {
			c := s.dial()
			c.expectSilence()
			c.end()
		}},
		Case{Name: "lockstep", Title: "one byte is answered by one byte, before the next is sent", Quick: true, run: func(s *script) {
			c := s.dial()
			for _, b := range []byte("one byte at a time\n") {
				c.ask(string(b), string(b))
			}
			c.end()
		}},
		Case{Name: "bytewise", Title: "bytes that arrive one by one come back in order", Quick: true, run: func(s *script) {
			c := s.dial()
			c.sendBytewise(allBytes)
			c.expect(allBytes)
			c.end()
		}},
		Case{Name: "tail", Title: "a last piece without a newline comes back, too", Quick: true, run: func(s *script) {
			c := s.dial()
			c.send("a line\nand no newline at the end")
			c.halfClose()
			c.expect("a line\nand no newline at the end")
			c.expectEOF()
		}},
		Case{Name: "binary", Title: "no byte value and no word means anything", Quick: true, run: func(s *script) {
			c := s.dial()
			c.ask(allBytes, allBytes)
			for _, word := range []string{"exit", "quit\r\n", "\x04", "GET / HTTP/1.1\r\n\r\n", "\xff\xfe\x00"} {
				c.ask(word, word)
			}
			c.end()
		}},
		Case{Name: "sizes", Title: "messages around every usual buffer size come back whole", Quick: true, run: func(s *script) {
			c := s.dial()
			for _, size := range []int{1, 2, 512, 1024, 2048, 4096, 8192, 65536} {
				for n := max(1, size-1); n <= size+1; n++ {
					p := noise(n)
					c.exchange(p, p)
				}
			}
			c.end()
		}},
		Case{Name: "merged", Title: "many small messages sent at once come back in order", Quick: true, run: func(s *script) {
			c := s.dial()
			p := strings.Repeat("one\ntwo\nthree\n", 500)
			c.exchange(p, p)
			c.end()
		}},
		Case{Name: "megabyte", Title: "one megabyte in one write comes back", Quick: true, run: func(s *script) {
			c := s.dial()
			p := noise(1 << 20)
			c.exchange(p, p)
			c.end()
		}},
		Case{Name: "data-and-end", Title: "the last bytes and the end of file that arrive at once are both seen", Quick: true, run: func(s *script) {
			for range 20 {
				c := s.dialCorked()
				c.send("goodbye\n")
				c.halfClose() // with cork in, both are in one segment
				c.expect("goodbye\n")
				c.expectEOF()
				c.leave()
			}
		}},
		Case{Name: "half-close-owed", Title: "after the end of file the client still gets all that it is owed", Quick: true, run: func(s *script) {
			c := s.dialNarrow()
			p := noise(512 << 10)
			sent := c.sendBeside(p, true)
			s.pause(quiet)
			c.expect(p)
			c.expectEOF()
			sent()
		}},
	)
}
