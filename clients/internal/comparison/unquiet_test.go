package comparison

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/result"
)

func TestWhatFailedIsNotMadeAgain(t *testing.T) {
	busy := result.Record{Outcome: result.OK, Disturbed: "the machine was not quiet"}
	stalled := result.Record{Outcome: result.Withheld, Reason: "epoll: stalled: 1 replies/s"}
	fine, died := result.Record{Outcome: result.OK}, result.Record{Outcome: result.Failed, Reason: "it died", Disturbed: "the machine was not quiet"}
	assert.Equal(t, "the machine was not quiet", unquiet([]result.Record{fine, busy, stalled}))
	assert.Equal(t, stalled.Reason, unquiet([]result.Record{stalled, fine}))
	assert.Empty(t, unquiet([]result.Record{fine}))
	assert.Empty(t, unquiet([]result.Record{busy, died}), "a death is told")
	wrong := busy
	wrong.Outcome, wrong.Contender.Errors.Mismatch = result.Withheld, 1
	assert.Empty(t, unquiet([]result.Record{busy, wrong}), "and a wrong reply")
	assert.Empty(t, unquiet(nil))
}
