package conformance

import (
	"fmt"
	"strconv"
	"sync"
)

// shown is how many bytes of a text a message shows at most.
const shown = 60

// quote shows p escaped and bounded: its first bytes and how many there are.
func quote(p string) string { return quoteFirst(p[:min(len(p), shown)], len(p)) }

// quoteFirst shows the first bytes of a text, escaped, and how many there are in all.
func quoteFirst(first string, n int) string {
	if n <= len(first) {
		return strconv.QuoteToASCII(first)
	}
	return fmt.Sprintf("%s... (%d bytes)", strconv.QuoteToASCII(first), n)
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
	at := common(want, have)
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

// common is how many bytes two texts have in common from the beginning.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func window(p string, from int) string { return p[from:min(len(p), from+shown)] }

func tail(p string) string { return p[max(0, len(p)-shown):] }

// lastSent remembers the end of what a client sent, for the message.
type lastSent struct {
	mu    sync.Mutex // a writer may run beside the case
	text  string     // the last bytes, at most shown
	total int
}

func (l *lastSent) add(p string) { l.addMany(p, len(p)) }

// addMany adds n bytes that end with these.
func (l *lastSent) addMany(end string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total += n
	l.text = tail(l.text + tail(end))
}

func (l *lastSent) String() string { return "sent " + l.what() }

// what it was, in words.
func (l *lastSent) what() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.total == 0:
		return "nothing"
	case l.total <= shown:
		return strconv.QuoteToASCII(l.text)
	}
	return fmt.Sprintf("%d bytes that end with %s", l.total, strconv.QuoteToASCII(l.text))
}
