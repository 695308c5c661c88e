package compare

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
)

func TestVoidRunIsComparedWithNothing(t *testing.T) {
	sound, void := madeup.All().Plant(1).Run, madeup.Void().Run
	assert.Empty(t, Of(sound, sound).Void)
	c := Of(sound, void)
	require.Len(t, c.Void, 1)
	assert.Contains(t, c.Void[0], "B is void: epoll made 10 % slower went unseen in rate")
	for _, l := range c.Lines {
		assert.Contains(t, []Verdict{Untold, NotComparable}, l.Verdict, "%s %s", l.Model, l.Metric.ID)
		if l.Verdict == Untold {
			assert.Equal(t, "B is void", l.Why)
		}
	}
	assert.ErrorContains(t, c.Held(0.05), "nothing is worse: B is void: epoll made 10 % slower")
	var text, markdown, json strings.Builder
	c.Write(&text)
	require.NoError(t, c.WriteMarkdown(&markdown))
	require.NoError(t, c.WriteJSON(&json))
	for _, out := range []string{text.String(), markdown.String(), json.String()} {
		assert.Contains(t, strings.Join(strings.Fields(out), " "), "B is void: epoll made 10 % slower went unseen")
	}
	for _, sheet := range c.sheets() {
		assert.Contains(t, sheet.Notes[len(sheet.Notes)-1].Words, "B is void", sheet.Name)
	}
}
