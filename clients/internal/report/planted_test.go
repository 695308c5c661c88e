package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

const voidWords = "void: epoll made 10 % slower went unseen in rate: planted 0.90, found 1.00"

func flowing(words string) string { return strings.Join(strings.Fields(words), " ") }

func TestVoidStandsUnderEveryTable(t *testing.T) {
	m := madeup.Void()
	s := Summarise(m.Run)
	for _, sheet := range s.Sheets() {
		require.NotEmpty(t, sheet.Notes, sheet.Name)
		assert.Contains(t, sheet.Notes[0].String(), voidWords, sheet.Name)
	}
	assert.Contains(t, s.Conditions()[0].String(), voidWords)
	var brief strings.Builder
	s.WriteBrief(&brief)
	assert.Contains(t, flowing(brief.String()), voidWords)
	assert.NotContains(t, brief.String(), " here: “", "no claim is told as decided")
	text := printed(m)
	assert.Equal(t, len(s.Sheets())+1, strings.Count(flowing(text), voidWords), "under each table, and with the conditions")
	assert.Contains(t, flowing(text), "the run is void")
	assertNarrow(t, text)
	assert.Equal(t, len(s.Sheets())+2, strings.Count(markdown(t, m), voidWords), "and under the ledger")
	for _, line := range read(t, m) {
		assert.Contains(t, line["void"], voidWords)
	}
}

func TestPlantedEffectIsTold(t *testing.T) {
	m := madeup.All().Plant(1)
	s := Summarise(m.Run)
	words := printed(m)
	assert.NotContains(t, words, "void")
	assert.Contains(t, flowing(words), "A known effect, epoll made slower: in rate 0.90 was planted and 0.90 (0.88 to 0.92) is found;")
	assert.Regexp(t, `rate +10 % slower +0\.900 +0\.90\d* +0\.88\d* to 0\.9\d+ +\d\.\d % +found`, words)
	line := find(t, read(t, m), "epoll", result.Spike, "0")
	assert.Equal(t, "rate_planted_0.9", line["figure"])
	assert.Empty(t, line["void"])

	assert.InDelta(t, s.Rate.Value, s.Planted.Effects[0].Floor, 1e-12, "judged by the noise that contenders are judged by")
	assert.InDelta(t, s.Cost.Value, s.Planted.Effects[1].Floor, 1e-12)
	assert.Equal(t, Summarise(madeup.All().Run).Sheets()[0], s.Sheets()[0], "it changes no model's figures")
}

func TestRunOfOldSaysNothingOfIt(t *testing.T) {
	words := printed(madeup.All())
	assert.NotContains(t, words, "known effect")
	assert.NotContains(t, words, "void")
}
