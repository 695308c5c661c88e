package session

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"c10klab/services/protocol"
)

// lines is an application whose requests are lines: menu, work and wait.
type lines struct {
	greeting string
	handle   func(s *Session, line []byte) // the line without its end, valid until handle closes or returns
}

func (l lines) start(s *Session) {
	if l.greeting != "" {
		s.say(l.greeting)
	}
}

func (l lines) step(s *Session) bool {
	line, used, tooLong := cutLine(s.in.bytes())
	switch {
	case tooLong:
		s.say(protocol.LineTooLong)
		s.close()
	case used == 0:
		return false
	default:
		l.handle(s, line)
		s.in.drop(used)
	}
	return true
}

// end ignores a last line that has no "\n".
func (l lines) end(*Session) {}

// cutLine returns the first line of in without its end, and how many bytes it
// takes with it; used is 0 while the line isn't whole. A line that can no longer
// come within protocol.MaxLine is too long at once: its "\n" may never come.
func cutLine(in []byte) (line []byte, used int, tooLong bool) {
	const window = protocol.MaxLine + len("\r\n")
	i := bytes.IndexByte(in[:min(len(in), window)], '\n')
	if i < 0 {
		// The last byte may yet turn out to be the "\r" that doesn't count.
		rest := bytes.TrimSuffix(in[:min(len(in), window-1)], []byte("\r"))
		return nil, 0, len(in) >= window || len(rest) > protocol.MaxLine
	}
	line = bytes.TrimSuffix(in[:i], []byte("\r"))
	return line, i + 1, len(line) > protocol.MaxLine
}

var errNoNumber = errors.New("not a number: 0, or digits that do not begin with 0")

// parseNumber reads a number from low to high: "0", or digits that don't begin
// with 0. However many digits there are, they are out of range, no overflow.
func parseNumber(line []byte, low, high int) (int, error) {
	if len(line) == 0 || line[0] == '0' && len(line) > 1 {
		return 0, errNoNumber
	}
	for _, c := range line {
		if c < '0' || c > '9' {
			return 0, errNoNumber
		}
	}
	n, err := strconv.Atoi(string(line))
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("out of range: %d to %d", low, high)
	}
	return n, nil
}

// sayError owes a line that says what was wrong with a request.
func (s *Session) sayError(err error) { s.say("error: " + err.Error() + "\n") }
