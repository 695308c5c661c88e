package conformance

import (
	"fmt"
	"strconv"
	"sync"
)

// shown is how many bytes of a text a message shows at most.
const shown = 60

// quote shows p escaped and bounded: its first bytes and how many there are.
func quote(p string) string {
	if len(p) <= shown {
		return strconv.QuoteToASCII(p)
	}
	return fmt.Sprintf("%s... (%d bytes)", strconv.QuoteToASCII(p[:shown]), len(p))
}

// got puts what came, and how it ended, into words.
func got(p, end string) string {
	switch {
	case p == "" && end == "":
		return "nothing"
	case p == "":
		return end
	case end == "":
		return quote(p)
	}
	return quote(p) + ", then " + end
}

// difference says what was sent, what was expected, what came instead, and the
// first byte that differs, with some of what stands around it.
func difference(sent fmt.Stringer, want, have, end string) string {
	at := 0
	for at < len(want) && at < len(have) && want[at] == have[at] {
		at++
	}
	switch {
	case at == len(have) && at == 0:
		return fmt.Sprintf("%s; expected %s, got %s", sent, quote(want), got("", end))
	case at == len(have):
		return fmt.Sprintf("%s; expected %s, got its first %d bytes, %s, then %s", sent, quote(want), at, quote(tail(have)), end)
	}
	if len(want) <= shown && len(have) <= shown {
		return fmt.Sprintf("%s; expected %s, got %s: byte %d is %q in place of %q", sent, quote(want), got(have, end), at, have[at], want[at])
	}
	from := max(0, at-shown/3)
	return fmt.Sprintf("%s; expected %s, got %s: byte %d is %q in place of %q (expected ...%s, got ...%s)",
		sent, quote(want), got(have, end), at, have[at], want[at],
		strconv.QuoteToASCII(window(want, from)), strconv.QuoteToASCII(window(have, from)))
}

func window(p string, from int) string { return p[from:min(len(p), from+shown)] }

func tail(p string) string { return p[max(0, len(p)-shown):] }

// lastSent remembers the end of what a client sent, for the message.
type lastSent struct {
	mu    sync.Mutex // a writer may run beside the case
	text  string     // the last bytes, at most shown
	total int
}

func (l *lastSent) add(p string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total += len(p)
	l.text = tail(l.text + tail(p))
}

func (l *lastSent) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.total == 0:
		return "sent nothing"
	case l.total <= shown:
		return "sent " + strconv.QuoteToASCII(l.text)
	}
	return fmt.Sprintf("sent %d bytes that end with %s", l.total, strconv.QuoteToASCII(l.text))
}
