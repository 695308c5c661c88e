package engine

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Parts is how many parts a measurement is cut into, to see whether it was steady.
const Parts = 20

// Evidence is what tells whether the figures beside it deserve to be believed.
type Evidence struct {
	Wall    time.Duration // over which ClientCPU was taken: the one divided by the other is how busy the client was
	Longest time.Duration // the longest response that came after the measured part began, in the drain, too: what stalls at a slice's end is in no histogram
	Lost    uint64        // samples that a histogram could not take

	// Overhang makes Little's law exact, whatever the length of the measured part. Response
	// and think times are booked whole, when a reply comes. So it is what those that
	// were under way at the end had taken of the measured part so far, less what
	// those under way at its beginning had taken before. Closed loops of a Group only.
	Overhang time.Duration

	// Parts is the measurement in the order of time, Parts of them at most. One
	// stretch is cut into equal parts, those of a paired measurement's slices are
	// pooled. Alternate's seconds are those in which it waited for that side.
	Parts []Part
}

// Part is a piece of a measurement.
type Part struct {
	Requests uint64  // replies in it
	Seconds  float64 // its length
}

// Rate is the part's replies per second; 0 if it has no length.
func (p Part) Rate() float64 {
	if p.Seconds <= 0 {
		return 0
	}
	return float64(p.Requests) / p.Seconds
}

func (e *Evidence) add(o Evidence) {
	e.Wall += o.Wall
	e.Longest = max(e.Longest, o.Longest)
	e.Lost += o.Lost
	e.Overhang += o.Overhang
}

// series counts replies by parts of the measured time. A reply costs it one
// comparison with a time that was read anyway.
type series struct {
	from, step int64
	cut        int64 // when the running part ends
	part       int
	replies    [Parts]uint64
}

func (s *series) begin(from, length int64) {
	step := max(length/Parts, 1)
	*s = series{from: from, step: step, cut: from + step}
}

func (s *series) count(now int64) {
	if now >= s.cut {
		s.advance(now)
	}
	s.replies[s.part]++
}

// advance goes on to the part that now lies in. The last one has no end: it takes
// what the last batch of events brings after the planned one.
func (s *series) advance(now int64) {
	for now >= s.cut {
		if s.part++; s.part == Parts-1 {
			s.cut = never
			return
		}
		s.cut += s.step
	}
}

// parts are those of a measured part that ended then: fewer than planned if it was
// stopped. What is left of less than half a part belongs to the one before.
func (s *series) parts(to int64) []Part {
	if to <= s.from {
		return nil
	}
	n := min(max((to-s.from+s.step/2)/s.step, 1), Parts)
	out := make([]Part, n)
	for i, replies := range s.replies {
		out[min(i, len(out)-1)].Requests += replies
	}
	for i := range out {
		out[i].Seconds = time.Duration(s.step).Seconds()
	}
	out[n-1].Seconds = time.Duration(to - s.from - (n-1)*s.step).Seconds()
	return out
}

// Pool joins neighbours until there are at most so many.
func Pool(parts []Part, most int) []Part {
	n := min(len(parts), most)
	out := make([]Part, n)
	for i := range out {
		for _, p := range parts[i*len(parts)/n : (i+1)*len(parts)/n] {
			out[i].Requests += p.Requests
			out[i].Seconds += p.Seconds
		}
	}
	return out
}

// parts are the slice's; one that was not cut, for its client keeps none, is one.
func (s *Slice) parts() []Part {
	if len(s.Parts) == 0 && s.Seconds > 0 {
		return []Part{{s.Requests, s.Seconds}}
	}
	return s.Parts
}

// underWay sums, over all users of a closed loop, how long their request under
// way at the moment at has been due; who thinks has a due time to come, and counts negative.
func (g *Group) underWay(at int64) int64 {
	k := g.e.opts.Pipeline
	since := g.sent
	if g.pace != nil {
		since = g.pace.due
	}
	sum := int64(0)
	for i := range g.conns {
		c := &g.conns[i]
		for n := c.stale; n < c.out; n++ {
			slot := int(c.head + n)
			if slot >= k {
				slot -= k
			}
			sum += at - since[i*k+slot]
		}
	}
	if g.pace != nil {
		for _, user := range g.pace.agenda {
			sum += at - user.at
		}
	}
	return sum
}

// record books a sample in ns; lost counts those that the histogram can't hold.
func record(h *hdrhistogram.Histogram, v int64, lost *uint64) {
	if h.RecordValue(min(v, maxLatency)) != nil {
		*lost++
	}
}

// merge adds from to h, with the precision that both have.
func (e *Evidence) merge(h, from *hdrhistogram.Histogram) {
	e.Lost += uint64(h.Merge(from))
}
