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
	Latency   *hdrhistogram.Histogram // response times, ns, each from when its request was due; valid until the group's next slice; nil: not kept
	Service   *hdrhistogram.Histogram // service times, ns, each from when its request was sent; Latency itself where that is the same
	Connect   *hdrhistogram.Histogram // churn: times, ns, until a visit's connection stood; nil elsewhere
	ClientCPU time.Duration           // CPU of the client's thread over everything that Total counts
	Answering int                     // connections that got at least one reply
	Each      []uint32                // replies of each connection in the measured part; valid until the group's next slice; nil: not kept
	Errors    Errors
	Timing
	Evidence
}

// Timing is how well the client kept to its Arrivals. A closed loop without
// think time has nothing to keep to: all is zero.
//
// A closed loop's histograms hold the replies that came in the measured part,
// Requests of them. An open loop's hold what was due in it: Latency all that was
// Planned, Service what was sent of it, Requests is still the replies that came.
type Timing struct {
	Planned    uint64                  // open loop: requests that were due in the measured part
	Sent       uint64                  // those of them that were sent by its end
	Unanswered uint64                  // those of them without a reply at the end of all: in the histograms with how long they have waited at least
	Lateness   *hdrhistogram.Histogram // ns from when a request was due, and there was room for it, to its send: the client's own fault; nil: nothing was due at a time of its own
	Thinking   time.Duration           // closed loop: think times that began in the measured part, summed, for Little's law
}

// Measured is the sum of slices on one target.
type Measured struct {
	Requests  uint64                  // replies in the measured parts
	Total     uint64                  // all replies, for CPU per request
	Seconds   float64                 // length of the measured parts
	Latency   *hdrhistogram.Histogram // response times, ns, each from when its request was due; empty if the client kept none
	Service   *hdrhistogram.Histogram // service times, ns, each from when its request was sent; Latency itself where that is the same
	Connect   *hdrhistogram.Histogram // churn: times, ns, until a visit's connection stood; nil elsewhere
	ClientCPU time.Duration           // CPU of the client's thread over everything that Total counts
	Answering int                     // connections that got at least one reply in the slice where most did
	Fairness  Fairness                // among its connections; of a churn, whose connections come and go, not known
	Errors    Errors
	Timing
	Evidence
}

func newMeasured() Measured {
	h := newHistogram()
	return Measured{Latency: h, Service: h}
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

// alone books the only slice of a measurement, whose parts are the slice's own.
func (m *Measured) alone(s Slice) {
	m.add(s)
	m.Parts = s.Parts
}

// add books one more slice; the histogram is merged, so that the slice's may be used again.
func (m *Measured) add(s Slice) {
	m.Requests += s.Requests
	m.Total += s.Total
	m.Seconds += s.Seconds
	m.ClientCPU += s.ClientCPU
	m.Answering = max(m.Answering, s.Answering)
	m.Errors.Add(s.Errors)
	m.Fairness.add(s.Each)
	m.Evidence.add(s.Evidence)
	m.addTiming(s.Timing)
	if s.Connect != nil {
		if m.Connect == nil {
			m.Connect = newHistogram()
		}
		m.merge(m.Connect, s.Connect)
	}
	if s.Latency == nil {
		return
	}
	if s.Service != nil && s.Service != s.Latency && m.Service == m.Latency {
		m.Service = m.Latency.Clone() // so far they were the same
	}
	m.merge(m.Latency, s.Latency)
	if m.Service == m.Latency {
		return
	}
	if s.Service != nil {
		m.merge(m.Service, s.Service)
	} else {
		m.merge(m.Service, s.Latency)
	}
}

func (m *Measured) addTiming(o Timing) {
	t := &m.Timing
	t.Planned += o.Planned
	t.Sent += o.Sent
	t.Unanswered += o.Unanswered
	t.Thinking += o.Thinking
	if o.Lateness == nil {
		return
	}
	if t.Lateness == nil {
		t.Lateness = newHistogram()
	}
	m.merge(t.Lateness, o.Lateness)
}
