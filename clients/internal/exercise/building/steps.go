package building

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"c10klab/clients/internal/conformance"
	"c10klab/clients/internal/conformance/timeline"
)

// Step is one thing that a client did or saw.
type Step struct {
	From   time.Duration    `json:"from_ns"` // when it began, since the case began
	At     time.Duration    `json:"at_ns"`   // when it was done
	Client int              `json:"client"`  // counted from 1; 0: it is nobody's
	Kind   conformance.Kind `json:"kind"`
	Bytes  int              `json:"bytes,omitempty"` // that were sent or received
	Words  string           `json:"words"`           // what it was, escaped

	text string // the first bytes as they were, or words
}

// String is the step as a line.
func (s Step) String() string {
	who := ""
	if s.Client > 0 {
		who = fmt.Sprintf("client %d ", s.Client)
	}
	return fmt.Sprintf("%9.3f ms  %s%s", float64(s.At)/1e6, who, s.Words)
}

// Bounds of what is kept of a case: the first steps, and the last before it failed.
const (
	mostSteps  = 200
	firstSteps = 50
)

// now is the time since the case began.
func (p *play) now() time.Duration { return time.Since(p.began) }

// note says what no client did.
func (p *play) note(format string, args ...any) {
	p.step(0, conformance.Said, p.now(), 0, fmt.Sprintf(format, args...))
}

// did notes what a client did or saw: bytes that begin with text, or what text says.
func (c *client) did(kind conformance.Kind, from time.Duration, bytes int, text []byte) {
	c.p.step(c.n, kind, from, bytes, string(text[:min(len(text), shown)]))
}

func (p *play) step(client int, kind conformance.Kind, from time.Duration, bytes int, text string) {
	e := conformance.Event{Client: client, Kind: kind, From: from, Until: p.now(), Bytes: bytes, Text: text}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.steps) == mostSteps {
		p.steps = slices.Delete(p.steps, firstSteps, firstSteps+1)
	}
	p.steps = append(p.steps, Step{e.From, e.Until, client, kind, bytes, e.Words(), text})
}

// Timeline draws a failed case: a row for each connection, time from left to right, and who waited for the server. It is a whole SVG
// document; empty where nothing was played.
func (r Result) Timeline() string {
	if r.Failure == nil || len(r.Failure.Steps) == 0 {
		return ""
	}
	recording := &conformance.Recording{Took: r.Failure.At}
	for _, s := range r.Failure.Steps {
		recording.Events = append(recording.Events, conformance.Event{Client: s.Client, Kind: s.Kind, From: s.From, Until: s.At, Bytes: s.Bytes, Text: s.text})
	}
	waits := strings.Join(r.Failure.Threads, "; ")
	if waits == "" {
		waits = "nothing: it has ended"
	}
	return timeline.SVG("the server", conformance.Result{
		Case: r.Case, Title: r.Title, Outcome: conformance.Fail, Reason: r.Words, Took: r.Took, Recording: recording,
		Failure: &conformance.Failure{At: r.Failure.At, Client: r.Failure.Client, Waits: waits},
	})
}
