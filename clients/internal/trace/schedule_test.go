package trace

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestSchedulesAreValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		s := Make(seed)
		assert.Equal(t, s, Make(seed), "the seed decides")
		came, sends, ends, here, most := 0, 0, 0, 0, 0
		gone := map[int]bool{}
		for _, a := range s {
			if a.Verb == Connect {
				came++
				assert.Equal(t, came, a.Client, "they connect in the order of their numbers, once")
			}
			assert.LessOrEqual(t, a.Client, came, "nobody acts before it has connected")
			assert.False(t, gone[a.Client], "%s after its end", a)
			switch a.Verb {
			case Connect:
				here++
			case Send:
				sends++
				assert.True(t, a.Bytes >= 2 && a.Bytes <= 9, "%d bytes", a.Bytes)
			case Shut, Leave:
				ends++
				here--
				gone[a.Client] = true
			default:
				assert.Fail(t, "verb", string(a.Verb))
			}
			most = max(most, here)
		}
		assert.True(t, came >= 2 && came <= 4, "%d clients", came)
		assert.True(t, sends > 0 && ends > 0 && most > 1, "%v teaches nothing", s)
		assert.LessOrEqual(t, len(s), 16)
	})
}

func TestASeedsScheduleStays(t *testing.T) {
	var told []string
	for _, a := range Make(7) {
		told = append(told, a.String())
	}
	assert.Equal(t, []string{
		"c1 connects", "c1 half-closes", "c2 connects", "c2 sends 7 bytes", "c3 connects", "c3 sends 6 bytes", "c3 leaves",
	}, told, "sheets name seeds: what one draws may not change")
}
