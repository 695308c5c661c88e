package check

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/result"
	"c10klab/clients/internal/spike"
)

// made is an outcome of rounds in which the twin's ratios are off by noise, one way and the other, and each effect shows as
// much of itself as seen says.
func made(rounds int, noise, seen float64) *Outcome {
	o := &Outcome{ratios: map[spike.Slowed][2][]float64{}, missed: map[spike.Slowed]int{}, rounds: rounds}
	record := func(rate, cpu float64) result.Record {
		return result.Record{Outcome: result.OK, Ratio: rate, Contender: result.Side{CPU: cpu}, Reference: result.Side{CPU: 1}}
	}
	for i := range rounds {
		off := 1 + noise*float64(i%3-1)
		o.add(twin, record(off, off))
		o.add(twin, record(2-off, 2-off))
		for _, e := range slower {
			o.add(e, record(1-(1-e.Rate())*seen+(off-1)/10, 1+(e.CPU()-1)*seen+(off-1)/10))
		}
	}
	o.honest = []result.Record{{Outcome: result.OK}}
	for _, f := range faults {
		o.faults = append(o.faults, fault{f.name, f.about, f.by, result.Record{Outcome: result.Withheld, Reason: "epoll-twin: " + f.by + "so"}})
	}
	return o
}

// text is what it says, in one line.
func (o *Outcome) text() string {
	var b bytes.Buffer
	o.Write(&b)
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestAllIsFoundOnAQuietMachine(t *testing.T) {
	o := made(6, 0.002, 1)
	assert.NoError(t, o.Verdict())
	for _, s := range o.Spikes() {
		assert.True(t, s.Seen, "%s %s", s.Slowed, s.Metric)
		assert.True(t, s.Must())
	}
	assert.Contains(t, o.text(), "tells models apart from a difference of 0.2 % in rate")
	assert.NotContains(t, o.text(), "not found")
	assert.NotContains(t, o.text(), "VOID")
	assert.Equal(t, "quiet machine: passed: an honest trial passes all gates", o.quiet())
}

// What is smaller than the noise need not be found.
func TestSmallEffectIsLostInNoise(t *testing.T) {
	o := made(6, 0.05, 1)
	assert.NoError(t, o.Verdict())
	found := map[string]bool{}
	for _, s := range o.Spikes() {
		found[s.String()+" "+s.Metric] = s.Seen
	}
	assert.Equal(t, map[string]bool{"3 % slower rate": false, "3 % slower CPU": false, "10 % slower rate": true, "10 % slower CPU": true}, found)
	assert.Contains(t, o.text(), "not found here")
}

func TestUnseenSpikeIsVoid(t *testing.T) {
	o := made(6, 0.002, 0)
	assert.ErrorIs(t, o.Verdict(), ErrVoid)
	assert.Contains(t, o.text(), "VOID: unseen, though larger than the noise: 3 % slower in rate, 3 % slower in CPU, 10 % slower in rate, 10 % slower in CPU.")
	assert.Contains(t, o.text(), "NOT FOUND")
	o = made(6, 0.002, 1)
	for i := range o.faults {
		o.faults[i].record = result.Record{Outcome: result.OK}
		assert.ErrorIs(t, o.Verdict(), ErrVoid, "%s", o.faults[i].name)
		assert.Contains(t, o.Unseen(), o.faults[i].name)
	}
}

// A fault that is withheld for something else was not found.
func TestFaultIsFoundByItsGate(t *testing.T) {
	o := made(6, 0.002, 1)
	o.faults[0].record.Reason = "the network dropped something"
	assert.Equal(t, []string{"stall"}, o.Unseen())
}

func TestTooFewSoundTrialsTellNothing(t *testing.T) {
	o := made(2, 0.002, 1)
	o.add(spike.Slowed{Uncounted: 10}, result.Record{Outcome: result.Withheld})
	assert.ErrorIs(t, o.Verdict(), ErrUnknown)
	assert.Contains(t, o.text(), "F is not known: of the twin's trials 4 passed the gates and 0 did not, and it takes 6.")
	assert.Contains(t, o.text(), "10 % slower: of 3 trials 1 were withheld")
}

func TestQuietNamesTheGate(t *testing.T) {
	o := &Outcome{honest: []result.Record{{Outcome: result.OK, Disturbed: "a burner"}, {Outcome: result.Withheld, Reason: "stalled"}}}
	assert.Equal(t, "quiet machine: no, by gate 0: a burner", o.quiet())
	o.honest = o.honest[1:]
	assert.Equal(t, "quiet machine: no, though gate 0 passed: stalled", o.quiet())
}
