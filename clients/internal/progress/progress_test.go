package progress

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestWithoutATerminalThereAreLinesOnly(t *testing.T) {
	var out bytes.Buffer
	p := New(&out)
	p.Begin(10 * time.Second)
	p.Now("rank 1/6 epoll")
	p.Done(5 * time.Second)
	p.Say("round %d", 1)
	p.End()
	assert.Equal(t, "round 1\n", out.String())
}

func TestLeftFollowsHowTheRunHasGone(t *testing.T) {
	p := New(&bytes.Buffer{})
	p.Begin(100 * time.Second)
	assert.Equal(t, "1 min 40 s", p.Left())
	p.began = time.Now().Add(-20 * time.Second) // twice as slow as was estimated
	p.Done(10 * time.Second)
	assert.Equal(t, "3 min 00 s", p.Left())
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{-time.Second: "0 s", 1600 * time.Millisecond: "2 s", 65 * time.Second: "1 min 05 s"} {
		assert.Equal(t, want, Short(d))
	}
}
