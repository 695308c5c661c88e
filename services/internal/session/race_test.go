//go:build race

package session

// Under the race detector sync.Pool drops some of what it is given, so that
// allocations can't be counted.
const raceDetector = true
