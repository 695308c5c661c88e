package trial

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/machine"
	"c10klab/clients/internal/result"
)

func TestRestIsWhatNobodyIsBilledFor(t *testing.T) {
	spent := func(requests uint64, known bool) *result.Record {
		r := &rest{watch{own: 800 * time.Millisecond, known: known, span: machine.Span{Busy: 1500 * time.Millisecond}}}
		rec := &result.Record{Figures: map[string]float64{"other": 1}}
		rec.Contender.Total = requests
		r.tell(rec)
		return rec
	}
	assert.InDelta(t, 35, spent(20_000, true).Figures[result.OtherCPU], 1e-9, "us for each request")
	assert.InDelta(t, 1, spent(20_000, true).Figures["other"], 0, "what stands there stays")
	assert.NotContains(t, spent(5000, true).Figures, result.OtherCPU, "ticks can't tell")
	assert.NotContains(t, spent(0, true).Figures, result.OtherCPU)
	assert.NotContains(t, spent(20_000, false).Figures, result.OtherCPU)
	var nobody *rest
	nobody.tell(&result.Record{})
}

func TestWhatCarriesTheBytesIsNoDisturbance(t *testing.T) {
	w := watch{own: 800 * time.Millisecond, known: true, span: machine.Span{Wall: time.Second, CPUs: 2, Busy: 1500 * time.Millisecond}}
	assert.Contains(t, w.disturbed(nil, nil), "something else used")
	w.carried = true
	assert.Empty(t, w.disturbed(nil, nil))
	w.span.Steal = time.Second
	assert.Contains(t, w.disturbed(nil, nil), "hypervisor", "the rest of gate 0 stays")
}
