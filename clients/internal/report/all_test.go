package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"c10klab/clients/internal/models"
	"c10klab/clients/internal/report/madeup"
	"c10klab/clients/internal/result"
)

func TestEveryModel(t *testing.T) {
	m := madeup.All()
	for i := range m.Run.Records {
		if r := &m.Run.Records[i]; r.Model == "hybrid" && r.Experiment == "throughput" && r.Round == 3 {
			r.Outcome, r.Reason = result.Withheld, "hybrid: it should wait in epoll_pwait, futex x64 and waits in futex x63, epoll_pwait, running"
		}
	}
	m.Run.Manifest.Services[7].Unsupported = "unsupported here: nothing can be forked"
	words := printed(m)
	t.Log("\n" + words)
	main := words[strings.Index(words, "rate at 64"):]
	last := -1
	for _, name := range models.Names() {
		at := strings.Index(main, "\n "+name+" ")
		assert.Greater(t, at, last, "%s, in the order of telling", name)
		last = at
	}
	for _, family := range []string{"blocking", "polling", "readiness", "coroutine", "completion"} {
		assert.Contains(t, main, "\n"+family+"\n")
	}
	assert.Contains(t, line(t, main, "crew"), "futex+read")
	assert.Contains(t, line(t, main, "polling"), "spins")
	assert.Contains(t, main, "hybrid: withheld: it should wait in epoll_pwait, futex x64 and waits")
	assertNarrow(t, words)
}
