package building

import (
	"fmt"
	"strconv"
)

// shown is how many bytes of a text are shown at most.
const shown = 60

// escaped is p with what can't be printed as Go writes it, without quotation marks.
func escaped(p []byte) string {
	q := strconv.QuoteToASCII(string(p))
	return q[1 : len(q)-1]
}

// quoted is p escaped and bounded: its first bytes, and how many there are.
func quoted(p []byte) string {
	if len(p) <= shown {
		return strconv.QuoteToASCII(string(p))
	}
	return fmt.Sprintf("%s... (%d bytes)", strconv.QuoteToASCII(string(p[:shown])), len(p))
}

// came puts what was received, and how it ended, into words.
func came(p []byte, end string) string {
	switch {
	case len(p) == 0 && end == "":
		return "nothing"
	case len(p) == 0:
		return end
	case end == "":
		return quoted(p)
	}
	return quoted(p) + ", then " + end
}

// Difference is how what was received differs from what was expected.
type Difference struct {
	Sent     string `json:"sent"` // the client's last words, escaped
	Expected string `json:"expected"`
	Received string `json:"received"`
	At       int    `json:"first_byte_that_differs"` // counted from 0 in this answer; where it is short, the first that is missing
}

// String puts it into one line.
func (d Difference) String() string {
	return fmt.Sprintf("sent %s, expected %s, received %s; byte %d is the first that differs", d.Sent, d.Expected, d.Received, d.At)
}

// differ compares: both are shown around the first byte that differs.
func differ(sent, want, have []byte, end string) Difference {
	at := 0
	for at < len(want) && at < len(have) && want[at] == have[at] {
		at++
	}
	d := Difference{Sent: quoted(sent), Expected: quoted(want), Received: came(have, end), At: at}
	if at > shown/2 {
		from := at - shown/3
		d.Expected = fmt.Sprintf("%d bytes, from byte %d on %s", len(want), from, quoted(want[from:]))
		d.Received = fmt.Sprintf("%d bytes, from byte %d on %s", len(have), from, came(have[min(from, len(have)):], end))
	}
	return d
}
