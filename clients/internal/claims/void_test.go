package claims

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

func TestVoidRunDecidesNothing(t *testing.T) {
	sound, void := Ledger(madeup.All().Plant(1).Run), Ledger(madeup.Void().Run)
	require.Len(t, void, len(sound))
	decided := 0
	for i, e := range void {
		assert.False(t, e.Verdict.Decided(), e.ID)
		for j, f := range e.Findings {
			was := sound[i].Findings[j]
			if was.Verdict.Decided() {
				decided++
				assert.Equal(t, Inconclusive, f.Verdict)
				assert.Equal(t, "the run is void", f.Why)
				assert.Equal(t, was.Figure, f.Figure, "what was measured is told")
			} else {
				assert.Equal(t, was, f, "what was not decided keeps its reason")
			}
		}
	}
	assert.Positive(t, decided)
	var out strings.Builder
	WriteLedger(&out, void)
	assert.Contains(t, out.String(), "inconclusive: the run is void")
}

// The yardsticks' verdicts go with it.
func TestVoidRunDecidesNothingInC(t *testing.T) {
	in := InC{Verdict: Confirmed, Agrees: true, Findings: []Finding{{Verdict: Confirmed}, {}}}
	e := Entry{Verdict: Confirmed, Claim: Claim{Scope: Mechanism}, Findings: []Finding{{Verdict: Refuted}, {Verdict: Unsupported, Why: "no ring"}}, InC: &in}.voided(InGo)
	assert.Equal(t, Unsupported, e.Verdict)
	assert.Equal(t, InGo, e.Scope)
	assert.Equal(t, InC{Verdict: Inconclusive, Findings: []Finding{{Verdict: Inconclusive, Why: void}, {}}}, *e.InC)
	assert.Equal(t, Confirmed, in.Verdict, "the one that it is made of is left alone")
}

// What was planted is no noise, and no model's figure.
func TestPlantedEffectChangesNoVerdict(t *testing.T) {
	assert.Equal(t, Ledger(madeup.All().Run), Ledger(madeup.All().Plant(1).Run))
	compared, yardsticks := madeup.All().Plant(1).Apart()
	for _, r := range append(compared.Records, yardsticks.Records...) {
		assert.NotEqual(t, result.Spike, r.Experiment)
	}
}
