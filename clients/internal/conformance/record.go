package conformance

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind is what an event of a recording was.
type Kind string

// The kinds of events. What a client does, what comes to it, and what the case says beside.
const (
	Connected  Kind = "connected"   // From: when it began to connect
	Sent       Kind = "sent"        //
	HalfClosed Kind = "half-closed" // the client sent its end of file
	Left       Kind = "left"        // the client closed
	Reset      Kind = "reset"       // the client closed with a reset
	Waiting    Kind = "waiting"     // for the server, at the end of the recording still
	Received   Kind = "received"    // From: since when it waited for that
	Silence    Kind = "silence"     // it waited, and nothing came
	Ended      Kind = "ended"       // the server's end of file came
	Broken     Kind = "broken"      // the connection failed; Text says how
	Said       Kind = "said"        // no client did that; Text says it
)

// Event is one thing that happened while a case played.
type Event struct {
	Client      int // 1 is the first that connected; 0: none
	Kind        Kind
	From, Until time.Duration // since the case began
	Open        bool          // it was still under way at the end
	Bytes       int           // that were sent or received
	Text        string        // the first of them, at most 60, unescaped; else words
}

// Recording is what happened while a failed case played.
type Recording struct {
	Events  []Event       // in the order in which they began
	LeftOut int           // events between the first and the last that were not kept
	Took    time.Duration // from the case's begin to its failure
}

// Bounds of what a recorder keeps, so that a case of 5,000 clients costs no more memory than others: 512 events of some
// 200 bytes.
const (
	mostEvents  = 512
	firstEvents = 128 // that are never left out
)

// soon is how close two pieces are that count as one.
const soon = 10 * time.Millisecond

// recorder keeps the first and the last events of a case. It may be used from several goroutines.
type recorder struct {
	began   time.Time
	mu      sync.Mutex
	events  []*Event
	leftOut int
}

// begin notes that a client has begun something, with n bytes that begin with text, which finish ends.
func (r *recorder) begin(client int, kind Kind, n int, text string) *Event {
	e := &Event{Client: client, Kind: kind, Open: true, Bytes: n, Text: clip(text)}
	r.mu.Lock()
	defer r.mu.Unlock()
	e.From = time.Since(r.began)
	if len(r.events) == mostEvents {
		r.events = slices.Delete(r.events, firstEvents, firstEvents+1)
		r.leftOut++
	}
	r.events = append(r.events, e)
	return e
}

// finish ends it, as what it has become. Without a text it keeps the one that it has.
func (r *recorder) finish(e *Event, kind Kind, n int, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Kind, e.Until, e.Open, e.Bytes = kind, time.Since(r.began), false, n
	if text != "" {
		e.Text = clip(text)
	}
	last := len(r.events) - 1
	if last > 0 && r.events[last] == e && r.events[last-1].takes(e) {
		r.events = r.events[:last]
	}
}

// at notes what takes no time.
func (r *recorder) at(client int, kind Kind, text string) {
	r.finish(r.begin(client, kind, 0, text), kind, 0, "")
}

// takes makes one event of two pieces that follow each other at once, and says whether it has.
func (e *Event) takes(next *Event) bool {
	if e.Open || e.Client != next.Client || e.Kind != next.Kind || next.Until-e.Until > soon || (e.Kind != Sent && e.Kind != Received) {
		return false
	}
	if e.Bytes == len(e.Text) {
		e.Text = clip(e.Text + next.Text)
	}
	e.Bytes, e.Until = e.Bytes+next.Bytes, next.Until
	return true
}

// recording returns what there is, as of now.
func (r *recorder) recording() *Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Since(r.began)
	out := &Recording{LeftOut: r.leftOut, Took: now}
	for _, e := range r.events {
		copied := *e
		if e.Open {
			copied.Until = now
		}
		out.Events = append(out.Events, copied)
	}
	return out
}

// clip copies the first bytes of a text: a part of it would keep all of it.
func clip(text string) string { return strings.Clone(text[:min(len(text), shown)]) }

// note is for what no client does. Its words are made even if nothing fails: it is for what comes rarely.
func (s *script) note(format string, args ...any) { s.rec.at(0, Said, fmt.Sprintf(format, args...)) }
