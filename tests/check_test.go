package tests

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What this machine tells apart: the faults are found wherever the lab runs. On a machine that is quiet an honest trial
// passes all gates; on one that is not, it says which one failed.
func TestLocalCheck(t *testing.T) {
	p := newPlace(t)
	lab := p.lab(t, "check", "-local", "bin", "-time", "0.2")
	_ = lab.Run()
	t.Log(lab.output())
	p.nothingRuns(t)
	status, said := lab.ProcessState.ExitCode(), lab.out.String()
	assert.Contains(t, []int{0, 1}, status)
	assert.Regexp(t, `(?m)^quiet machine: (passed|no, (by gate 0|though gate 0 passed): .+)`, said)
	for _, fault := range []string{"stall", "starved client", "corrupted reply"} {
		assert.Regexp(t, `(?m)^ `+fault+` .* withheld +- +found$`, said)
	}
	if status == 0 {
		assert.Regexp(t, `tells models\s+apart\s+from\s+a\s+difference\s+of`, said)
	} else {
		assert.Regexp(t, `(?m)^(VOID|F is not known): `, said)
	}
}
