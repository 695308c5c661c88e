package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

func TestBriefEndsWithTheTableForAReaderInAHurry(t *testing.T) {
	s := Summarise(madeup.Full().Run)
	var out bytes.Buffer
	s.WriteBrief(&out)
	text := out.String()
	require.Contains(t, text, "waits in")
	assert.Contains(t, text, "here: “", "claims that were decided, in sentences")
	assert.LessOrEqual(t, strings.Count(text, "here: “")+strings.Count(text, "than said: “"), briefClaims)
	assert.Less(t, strings.Index(text, "here: “"), strings.Index(text, "waits in"))
	assert.NotContains(t, text, "step by step")
	for line := range strings.Lines(text) {
		assert.LessOrEqual(t, len([]rune(line)), 81, line)
	}
}

func TestBriefHasALineForEachModelThatLacksSomething(t *testing.T) {
	run := madeup.Full()
	for i := range run.Records {
		run.Records[i].Outcome, run.Records[i].Reason = result.Withheld, "stalled"
	}
	notes := Summarise(run.Run).briefly()
	require.Len(t, notes, briefMissing+1)
	assert.Contains(t, notes[briefMissing].Words, "Something is missing of these, too: ")
	leads := map[string]bool{}
	for _, n := range notes {
		assert.False(t, leads[n.Lead], n.Lead)
		leads[n.Lead] = true
	}
}

func TestWideTablesOfFewThingsAreTurned(t *testing.T) {
	wide := Sheet{Header: []string{"", "a", "b", "c", "d", "e", "f", "g"}, Rows: [][]string{{"x", "1", "2", "3", "4", "5", "6", "7"}}}
	turned := wide.turned()
	assert.Equal(t, []string{"", "x"}, turned.Header)
	assert.Equal(t, []string{"b", "2"}, turned.Rows[1])
	wide.Rows = append(wide.Rows, []string{"y", "withheld"})
	assert.Equal(t, wide, wide.turned(), "a sentence has no columns")
}
