package protocol

import "time"

// Sizes that decide what a model can do. Each is one default for all models,
// and a flag of those that have such a part; what a run used stands in its manifest.
const (
	// Pool is the number of threads or processes in a pool (-pool). Fewer than
	// the comparison's 64 connections would let some of them wait by nature.
	Pool = 64
	// Queue is how many accepted connections wait for a pool's thread (-queue).
	Queue = 1024
	// Poll is how often a server that looks around by the clock does so (-poll).
	Poll = 10 * time.Millisecond
)
