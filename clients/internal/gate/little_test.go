package gate

import (
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"c10klab/clients/internal/engine"
)

// simulated is a closed loop in time of its own: every user asks, is answered
// after a response time, thinks, and asks again; what lies in the window is measured.
func simulated(t *rapid.T, users int) engine.Measured {
	const from, to = int64(1e9), int64(1e9 + 5e7)
	m := engine.Measured{Seconds: float64(to-from) / 1e9, Latency: hdrhistogram.New(1, int64(10*time.Minute), 3)}
	thinks := rapid.Bool().Draw(t, "thinks")
	for range users {
		now := rapid.Int64Range(0, from).Draw(t, "first")
		for now < to {
			response := rapid.Int64Range(1e5, 4e7).Draw(t, "response")
			think := int64(0)
			if thinks {
				think = rapid.Int64Range(0, 3e7).Draw(t, "think")
			}
			due, done := now, now+response
			if done >= from && done < to {
				require.NoError(t, m.Latency.RecordValue(response))
				m.Requests++
				m.Thinking += time.Duration(think)
			}
			next := done + think
			for _, edge := range []struct{ at, sign int64 }{{from, -1}, {to, 1}} {
				switch {
				case due < edge.at && edge.at <= done: // under way there
					m.Overhang += time.Duration(edge.sign * (edge.at - due))
				case done < edge.at && edge.at <= next: // thinking there
					m.Overhang += time.Duration(edge.sign * (edge.at - next))
				}
			}
			now = next
		}
	}
	return m
}

func TestLittleHoldsForAnyClosedLoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		users := rapid.IntRange(1, 20).Draw(t, "users")
		m := simulated(t, users)
		assert.Empty(t, Little(users, m))
		if m.Requests == 0 {
			return
		}
		assert.NotEmpty(t, Little(users+1, m))
		m.Seconds *= 1.02
		assert.NotEmpty(t, Little(users, m), "a window that is told too long")
	})
}

func TestLittleSaysWhatContradicts(t *testing.T) {
	m := measured(t, 63_000)
	assert.Regexp(t, `^the client's figures contradict each other: rate times mean time says 63\.\d+ requests at a time where there were 64 \(Little's law\)$`, Little(64, m))
	assert.Empty(t, Little(63, m))
	m.Overhang = time.Second
	assert.Empty(t, Little(64, m))
	assert.Empty(t, Little(64, engine.Measured{}), "nothing was measured")
	assert.Empty(t, Little(64, engine.Measured{Requests: 100, Seconds: 1}), "no histogram was kept")
}
