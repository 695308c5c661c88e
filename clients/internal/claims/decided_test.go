package claims

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/stats"
)

func decidedAs(id string, v Verdict) Entry {
	return Entry{
		Claim:    Claim{ID: id, Says: id + " is so.", Tests: []Test{{What: "cost of " + id + ", a / b", Bar: AtLeast(2)}}},
		Verdict:  v,
		Findings: []Finding{{Figure: Figure{Estimate: stats.Estimate{Median: 3, Low: 2.5, High: 3.5, Rounds: 6}}, Verdict: v}},
	}
}

func TestDecidedAreOfEveryKind(t *testing.T) {
	ledger := []Entry{
		decidedAs("a", Confirmed), decidedAs("b", Inconclusive), decidedAs("c", Confirmed), decidedAs("d", Refuted), decidedAs("e", Unsupported),
		decidedAs("f", Confirmed), decidedAs("g", Smaller), decidedAs("h", Confirmed),
	}
	names := func(n int) (ids string) {
		for _, e := range Decided(ledger, n) {
			ids += e.ID
		}
		return ids
	}
	assert.Equal(t, "dagcf", names(5))
	assert.Equal(t, "dagcfh", names(99), "and none that is not decided")
	assert.Empty(t, Decided(nil, 5))
}

func TestSentenceHoldsTheFigure(t *testing.T) {
	assert.Equal(t, "Not so here: “a is so” Cost of a, a / b: 3 (2.5 to 3.5); asked is at least 2.", decidedAs("a", Refuted).Sentence())
	exactly := decidedAs("a", Confirmed)
	exactly.Findings[0].Low, exactly.Findings[0].High = 3, 3
	assert.Equal(t, "True here: “a is so” Cost of a, a / b: 3; asked is at least 2.", exactly.Sentence())
}

func TestSentenceTellsTheTestThatDecided(t *testing.T) {
	e := decidedAs("a", Refuted)
	e.Tests = append([]Test{{What: "something else", Bar: AtMost(9)}}, e.Tests...)
	e.Findings = append([]Finding{{Verdict: Confirmed}}, e.Findings...)
	assert.Contains(t, e.Sentence(), "Cost of a")
}
