package conformance

import (
	"fmt"
	"time"
)

// ends is how many lines there are at each end of a transcript, whoever they are about.
const ends = 40

// Lines says what happened, a line for each event: the seconds since the case began, who, and what. Of many events those in the
// middle are left out, but for what this client did and saw.
func (r *Recording) Lines(client int) []string {
	var lines []string
	left := 0
	leave := func() {
		if left > 0 {
			lines = append(lines, fmt.Sprintf("           (%d of others)", left))
		}
		left = 0
	}
	for i, e := range r.Events {
		if i == firstEvents {
			left += r.LeftOut
		}
		if i >= ends && i < len(r.Events)-ends && e.Client != client {
			left++
			continue
		}
		leave()
		lines = append(lines, e.String())
	}
	return lines
}

// String is the event's line. Bytes are escaped, and bounded.
func (e Event) String() string {
	at := e.From
	if e.comes() {
		at = e.Until
	}
	who := ""
	if e.Client > 0 {
		who = fmt.Sprintf("client %d ", e.Client)
	}
	return fmt.Sprintf("%7.3f s  %s%s", at.Seconds(), who, e.Words())
}

// comes says whether it is something that a client waited for: its time is when it came.
func (e Event) comes() bool {
	switch e.Kind {
	case Received, Silence, Ended, Broken:
		return true
	}
	return false
}

// Words say what happened, without when and to whom.
func (e Event) Words() string {
	switch e.Kind {
	case Sent:
		return "> " + e.Quoted() + e.lasted("in")
	case HalfClosed:
		return "> end of file"
	case Received:
		return "< " + e.Quoted() + e.lasted("after")
	case Ended:
		return "< end of file" + e.lasted("after")
	case Silence:
		return "< nothing for " + brief(e.Until-e.From)
	case Waiting:
		return "waits for the server, still after " + brief(e.Until-e.From)
	case Broken:
		return "< " + e.Text + e.lasted("after")
	case Connected:
		if e.Open {
			return "connects, still after " + brief(e.Until-e.From)
		}
		return "connected" + e.lasted("after")
	case Left:
		return "closes"
	case Reset:
		return "closes with a reset"
	}
	return e.Text
}

// Quoted shows the event's bytes, escaped and bounded.
func (e Event) Quoted() string { return quoteFirst(e.Text, e.Bytes) }

// lasted says how long it took, where that is worth a word.
func (e Event) lasted(how string) string {
	d := e.Until - e.From
	switch {
	case e.Open:
		return ", still under way after " + brief(d)
	case d >= time.Millisecond:
		return fmt.Sprintf(", %s %s", how, brief(d))
	}
	return ""
}

// brief is a time in three digits.
func brief(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.3g ms", d.Seconds()*1000)
	}
	return fmt.Sprintf("%.3g s", d.Seconds())
}
