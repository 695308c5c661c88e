package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Slice is what one stretch of load on one group gave.
type Slice struct {
	Requests  uint64                  // replies in the measured part
	Total     uint64                  // replies in all: the part thrown away and the drain, too; for CPU per request
	Seconds   float64                 // length of the measured part
	Latency   *hdrhistogram.Histogram // response times of the measured part, ns; valid until the group's next slice; nil: not kept
	ClientCPU time.Duration           // CPU of the client's thread over everything that Total counts
	Answering int                     // connections that got at least one reply
	Errors    Errors
}

// Measured is the sum of slices on one target.
type Measured struct {
	Requests  uint64                  // replies in the measured parts
	Total     uint64                  // all replies, for CPU per request
	Seconds   float64                 // length of the measured parts
	Latency   *hdrhistogram.Histogram // response times of the measured parts, ns; empty if the client kept none
	ClientCPU time.Duration           // CPU of the client's thread over everything that Total counts
	Answering int                     // connections that got at least one reply in the slice where most did
	Errors    Errors
}

// Rate is measured replies per second; 0 if nothing was measured.
func (m *Measured) Rate() float64 {
	if m.Seconds <= 0 {
		return 0
	}
	return float64(m.Requests) / m.Seconds
}

// Errors counts what went wrong, one per connection that failed.
type Errors struct {
	Mismatch int    `json:"mismatch,omitempty"` // a byte that was not the one expected
	Closed   int    `json:"closed,omitempty"`   // end of file where a reply was owed: a short reply, or none
	Reset    int    `json:"reset,omitempty"`    // ECONNRESET, EPIPE
	Timeout  int    `json:"timeout,omitempty"`  // no reply within Options.Timeout
	Connect  int    `json:"connect,omitempty"`  // the connection was not made
	Status   int    `json:"status,omitempty"`   // HTTP: a reply that is an error, or not HTTP
	Other    int    `json:"other,omitempty"`    // any other errno
	First    string `json:"first,omitempty"`    // the first of them, in words
}

// kinds lists the counts by name.
func (e *Errors) kinds() []errorKind {
	return []errorKind{
		{"mismatch", &e.Mismatch},
		{"closed", &e.Closed},
		{"reset", &e.Reset},
		{"timeout", &e.Timeout},
		{"connect", &e.Connect},
		{"status", &e.Status},
		{"other", &e.Other},
	}
}

type errorKind struct {
	name string
	n    *int
}

// Total is the number of failed connections.
func (e Errors) Total() int {
	total := 0
	for _, k := range e.kinds() {
		total += *k.n
	}
	return total
}

// Add adds the counts of o.
func (e *Errors) Add(o Errors) {
	from := o.kinds()
	for i, k := range e.kinds() {
		*k.n += *from[i].n
	}
	if e.First == "" {
		e.First = o.First
	}
}

// String lists the kinds that were met, and the first error in words.
func (e Errors) String() string {
	var parts []string
	for _, k := range e.kinds() {
		if *k.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", k.name, *k.n))
		}
	}
	if len(parts) == 0 {
		return "no errors"
	}
	return strings.Join(parts, ", ") + " (first: " + e.First + ")"
}

// add books one more slice; the histogram is merged, so that the slice's may be used again.
func (m *Measured) add(s Slice) {
	m.Requests += s.Requests
	m.Total += s.Total
	m.Seconds += s.Seconds
	m.ClientCPU += s.ClientCPU
	m.Answering = max(m.Answering, s.Answering)
	m.Errors.Add(s.Errors)
	if s.Latency != nil {
		m.Latency.Merge(s.Latency)
	}
}
