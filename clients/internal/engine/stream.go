package engine

import (
	"math"
	"math/rand/v2"
)

// stream is one connection's schedule: the due times of an open loop, or the
// think times of a closed one. It is drawn as far as requests were sent, no
// further: what waits for a server that stalls is its unread part, so that a
// backlog of any length takes no memory.
type stream struct {
	at     float64 // when the next request is due, ns since the stretch began
	number uint64  // evenly spaced: its number among all connections' requests; times are multiples, for sums drift
	random rand.PCG
}

// seedStreams makes the streams of the load-th stretch. Other stretches of one
// seed differ, or else every slice of a paired measurement would repeat the
// luck of the first; both sides of a pair have the same.
func seedStreams(streams []stream, seed, load uint64) {
	var seeds rand.PCG
	seeds.Seed(seed, load)
	for i := range streams {
		streams[i].random.Seed(seeds.Uint64(), seeds.Uint64())
	}
}

// begin sets stream i of n to its first due time in an open loop.
func (s *stream) begin(a Arrivals, i, n int) {
	s.at, s.number = 0, uint64(i)
	if a.kind == openFixed {
		s.at = float64(s.number) * 1e9 / a.rate
		return
	}
	s.step(a, n)
}

// step goes on to the next due time: each of n connections has its share of the rate.
func (s *stream) step(a Arrivals, n int) {
	if a.kind == openFixed {
		s.number += uint64(n)
		s.at = float64(s.number) * 1e9 / a.rate
		return
	}
	s.at += s.exp() * float64(n) * 1e9 / a.rate
}

// thought draws a think time in ns.
func (s *stream) thought(a Arrivals) int64 {
	if a.kind == thinkExp {
		return int64(float64(a.think) * s.exp())
	}
	return int64(a.think)
}

// exp draws from the exponential distribution of mean 1.
func (s *stream) exp() float64 {
	return -math.Log1p(-float64(s.random.Uint64()>>11) / (1 << 53))
}
